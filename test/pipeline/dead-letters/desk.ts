import {
  type Broker,
  EmbeddedBroker,
  type LogRecord,
  type ProduceRecord,
} from '../../../pipeline/broker/index.ts';
import { type HandlingOptions, handleLetters, readLetters } from '../../../pipeline/dead-letters/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { deadLetterRecord } from '../../../pipeline/worker/dead-letter.ts';
import type { ErrorCode } from '../../../schemas/errors.ts';
import { type Topic, topics } from '../../../schemas/topics.ts';

export const startMs = 1_700_000_000_000;

export interface LetterFields {
  readonly offset: number;
  readonly partition?: number;
  readonly code?: ErrorCode;
  readonly alert?: number;
  readonly value?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timestamp?: number;
}

/** A dead letter as a worker writes it about the raw record at `offset`, whose value is `raw <offset>`. */
export function letter(fields: LetterFields): ProduceRecord {
  const { offset, partition = 0, code = 'record.invalid-json', alert = 0, headers = {} } = fields;
  const value = fields.value === undefined ? `raw ${offset}` : fields.value;
  const record: LogRecord = {
    offset,
    timestamp: fields.timestamp ?? startMs + offset,
    key: Buffer.from(`key ${offset}`),
    value: value === null ? null : Buffer.from(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  };
  const raw = {
    kind: 'record',
    shard: partition,
    at: record.timestamp,
    offset,
    key: null,
    value: null,
    headers: {},
  } as const;
  const bad = { kind: 'dead-letter', error: { code, detail: 'bad' }, record: raw, n: alert } as const;
  return deadLetterRecord(bad, record, { graph: 'reduce', partition });
}

/** A broker with every topic, two raw partitions, and these letters. */
export async function brokerWithLetters(letters: readonly ProduceRecord[]): Promise<EmbeddedBroker> {
  const broker = new EmbeddedBroker({ clock: new VirtualClock(startMs) });
  const settings = Object.values<Topic>(topics).map((topic) => ({ ...topic, partitions: 1 }));
  await broker.admin.ensureTopics(
    settings.map((topic) => (topic.name === topics.raw.name ? { ...topic, partitions: 2 } : topic)),
  );
  if (letters.length > 0) await broker.producer().send(letters);
  return broker;
}

export function handle(broker: Broker, options: Partial<HandlingOptions> = {}) {
  const defaults = {
    handling: 'retried',
    filter: {},
    state: 'open',
  } as const;
  return handleLetters(broker, { ...defaults, ...options });
}

/** What every consumer of the raw topic sees: `partition: value`, in the order of the partitions. */
export async function rawValues(broker: Broker): Promise<readonly string[]> {
  return (await rawRecords(broker)).map(
    ({ partition, record }) => `${partition}: ${record.value === null ? 'null' : Buffer.from(record.value)}`,
  );
}

export async function rawRecords(broker: Broker) {
  const found: { readonly partition: number; readonly record: LogRecord }[] = [];
  for (const partition of [0, 1]) {
    const range = { topic: topics.raw.name, partition, from: 0, to: Number.MAX_SAFE_INTEGER };
    await broker.read(range, (records) => {
      for (const record of records) found.push({ partition, record });
    });
  }
  return found;
}

/** `code place state` of each letter. */
export async function lettersOf(broker: Broker, isWhole = true): Promise<readonly string[]> {
  const found: string[] = [];
  await readLetters(broker, { isWhole }, ({ code, source, alert, offset }, state) => {
    found.push(`${offset}: ${code} ${source.partition}@${source.offset}#${alert} ${state}`);
  });
  return found;
}
