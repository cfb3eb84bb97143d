import avsc from 'avsc';
import type { RawAlert } from '../../schemas/alert.ts';
import { codecs } from '../../schemas/avro/index.ts';
import { type Format, windowMs } from './workload.ts';

/** What it looks at. */
type Read = Pick<RawAlert, 'tenant' | 'source' | 'name' | 'labels' | 'observedAt'>;

/** Magic byte and schema id of Confluent's framing. */
const frameBytes = 5;

/** avsc (or JSON.parse) and a Map, and nothing of ours: what a dedupe costs those who write it in an afternoon. */
export class PlainDedupe {
  readonly #read: (value: Buffer) => Read;
  readonly #windowOf = new Map<string, number>();

  constructor(format: Format) {
    this.#read = readerOf(format);
  }

  /** Whether the alert is the first of its identity in its window. */
  isFirst(value: Buffer | null, timestamp: number): boolean {
    const alert = this.#read(value ?? Buffer.alloc(0));
    const window = Math.floor((alert.observedAt ?? timestamp) / windowMs);
    const identity = identityOf(alert);
    if (this.#windowOf.get(identity) === window) return false;
    this.#windowOf.set(identity, window);
    return true;
  }
}

function readerOf(format: Format): (value: Buffer) => Read {
  if (format === 'json') return (value) => JSON.parse(value.toString('utf8')) as Read;
  const type = avsc.Type.forSchema(codecs.raw.schema as avsc.Schema);
  return (value) => type.decode(value, frameBytes).value as Read;
}

function identityOf({ tenant, source, name, labels }: Read): string {
  let identity = `${tenant}\n${source}\n${name}`;
  for (const label of Object.keys(labels).sort()) identity += `\n${label}=${labels[label]}`;
  return identity;
}
