import type { Broker, LogRecord } from '../../pipeline/broker/index.ts';
import { framedLength } from '../../pipeline/registry/index.ts';
import type { RawAlert } from '../../schemas/alert.ts';
import { codecs } from '../../schemas/avro/index.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { topics } from '../../schemas/topics.ts';
import { readLog } from '../../test/chaos/verify/read-log.ts';
import { type Format, identityOf, Workload, type WorkloadOptions, windowMs } from './workload.ts';

/** What one identity in one window comes to. */
interface Seen {
  /** Id of the first alert. */
  first: string;
  /** Null where it is not told how many there were. */
  count: number | null;
}

/** By identity and window. */
type Book = Map<string, Seen>;

export interface Checked {
  /** Identities in windows. */
  readonly wanted: number;
  /** Records that were written for them. */
  readonly records: number;
  /** Missing, too many, with another first alert or another count. */
  readonly wrong: number;
}

/** What the dedupe of a load must come to, worked out from the load alone. */
export function bookOf(load: WorkloadOptions): Book {
  const book: Book = new Map();
  for (const { at, alert } of new Workload(load).draw()) {
    const known = book.get(keyOf(alert, at));
    if (known === undefined) book.set(keyOf(alert, at), { first: alert.id, count: 1 });
    else known.count = (known.count ?? 0) + 1;
  }
  return book;
}

function keyOf(alert: Pick<RawAlert, 'name' | 'labels'>, at: EventTimeMs): string {
  return `${identityOf(alert)}/${Math.floor(at / windowMs)}`;
}

/** A peer forwards the first alert of each identity in each window, and nothing else. */
export async function checkPassed(
  broker: Broker,
  { topic, format }: { readonly topic: string; readonly format: Format },
  wanted: Book,
): Promise<Checked> {
  const found: Book = new Map();
  let records = 0;
  await readAll(broker, topic, ({ value }) => {
    const bytes = Buffer.from(value ?? []);
    const alert =
      format === 'avro' ? codecs.raw.decode(bytes, framedLength) : (JSON.parse(String(bytes)) as RawAlert);
    records += 1;
    found.set(keyOf(alert, alert.observedAt ?? 0), { first: alert.id, count: null });
  });
  return { wanted: wanted.size, records, wrong: differences(wanted, found) + (records - found.size) };
}

/** REDUCE states the first alert of each identity in each window at once, and how many there were when it is over. */
export async function checkReduced(broker: Broker, wanted: Book): Promise<Checked> {
  const found: Book = new Map();
  let records = 0;
  await readAll(broker, topics.reduced.name, ({ value }) => {
    const reduced = codecs.reduced.decode(value ?? new Uint8Array(), framedLength);
    if (reduced.kind !== 'partial') return;
    records += 1;
    const key = keyOf(reduced.head, reduced.cell);
    const known = found.get(key);
    if (known === undefined)
      found.set(key, { first: reduced.count === 1 ? reduced.sourceId : '', count: reduced.count });
    else known.count = Math.max(known.count ?? 0, reduced.count);
  });
  return { wanted: wanted.size, records, wrong: differences(wanted, found) };
}

function differences(wanted: Book, found: Book): number {
  let wrong = 0;
  for (const [key, { first, count }] of wanted) {
    const one = found.get(key);
    if (one === undefined || one.first !== first || (one.count !== null && one.count !== count)) wrong += 1;
  }
  for (const key of found.keys()) if (!wanted.has(key)) wrong += 1;
  return wrong;
}

/** What transactions left open or took back is nobody's to see. */
function readAll(broker: Broker, topic: string, onRecord: (record: LogRecord) => void): Promise<void> {
  return readLog(
    broker,
    { topic, isolation: 'read_committed' },
    { onRecords: (records) => records.forEach(onRecord) },
  );
}
