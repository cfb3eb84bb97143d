import type { Broker } from '../../../pipeline/broker/index.ts';
import type { RawDecoder } from '../../../pipeline/registry/index.ts';
import type { Seen } from '../../../pipeline/replay/index.ts';
import type { OperatorConfigs } from '../../../pipeline/topology.ts';
import type { Warehouse } from '../../../pipeline/warehouse/index.ts';
import type { SchemaIds } from '../../../pipeline/worker/outbox.ts';
import type { WorkerSettings } from '../../../pipeline/worker/ports.ts';
import { prefetch } from '../../../pipeline/worker/schema-ids.ts';
import { topics } from '../../../schemas/topics.ts';
import { Books } from './books.ts';
import { CleanRun } from './clean-run.ts';
import { FinalBook } from './final-book.ts';
import { Merge } from './merge.ts';
import { type PairScore, pairF1 } from './pair-f1.ts';
import { readLog } from './read-log.ts';
import { readDeadLetters, readOutputs } from './reading.ts';
import { Rerun } from './rerun.ts';
import { Trails } from './trail.ts';
import { type TableCheck, WarehouseBook } from './warehouse-book.ts';

export type DeliveryMode = 'effectively-once' | 'exactly-once';

export interface VerifyOptions {
  readonly broker: Broker;
  readonly mode: DeliveryMode;
  readonly operators: OperatorConfigs;
  readonly settings: WorkerSettings;
  readonly schemaIds: SchemaIds;
  readonly rawDecoder: RawDecoder;
  /** RELATE's consumer group: what it committed when it was let go in order is how far its outputs reach. */
  readonly relateGroup: string;
  /** Held against the topics when it is there. */
  readonly warehouse?: Pick<Warehouse, 'query'>;
}

/** What one of the two runs came to. */
export interface Told {
  readonly books: Books;
  readonly finals: FinalBook;
  readonly trails: Trails;
  /** Records of each output topic. */
  readonly records: Record<Seen['topic'], number>;
}

export interface Verified {
  readonly found: Told;
  readonly expected: Told;
  readonly rerun: Trails;
  /** Output records that were there before: what position marks are for. */
  readonly repeats: number;
  readonly rawRecords: number;
  readonly incidents: PairScore;
  readonly tables: readonly TableCheck[];
  readonly cleanRunRemains: { readonly rows: number; readonly timers: number };
}

/** Reads everything that a run left in the log and works it out once more. Memory follows occurrences, not alerts. */
export async function verify(options: VerifyOptions): Promise<Verified> {
  const rerun = await rerunOf(options);
  const { found, repeats, book } = await foundIn(options);
  const { expected, run } = await expectedOf(options);
  return {
    found,
    expected,
    rerun: rerun.trails,
    repeats,
    rawRecords: run.records.reduce((sum, count) => sum + count, 0),
    incidents: pairF1(found.finals.memberships(), expected.finals.memberships()),
    tables: options.warehouse === undefined ? [] : await book.compare(options.warehouse),
    cleanRunRemains: run.size,
  };
}

async function rerunOf(options: VerifyOptions): Promise<Rerun> {
  const { broker, relateGroup } = options;
  const topic = topics.reduced.name;
  const reducedPartitions = await broker.admin.partitions(topic);
  const until = new Map<number, number>();
  for (let partition = 0; partition < reducedPartitions; partition += 1) {
    const committed = await broker.admin.committed(relateGroup, { topic, partition });
    until.set(partition, committed?.offset ?? 0);
  }
  const rerun = new Rerun({ ...options, reducedPartitions });
  await readLog(
    broker,
    { topic, until, isolation: 'read_committed' },
    {
      onRecords: (records, partition) => {
        for (const record of records) rerun.step(record, partition);
      },
    },
  );
  return rerun;
}

interface Found {
  readonly found: Told;
  readonly repeats: number;
  readonly book: WarehouseBook;
}

async function foundIn({ broker, mode }: VerifyOptions): Promise<Found> {
  const found = nothingTold();
  const book = new WarehouseBook();
  const isDefault = mode === 'effectively-once';
  const repeats = await readOutputs(broker, {
    hasMarks: isDefault,
    isolation: isDefault ? 'read_uncommitted' : 'read_committed',
    onRecord: (seen, record, partition) => {
      found.trails.at(topics[seen.topic].name, partition).add(record.key, record.value);
      book.add(seen, record);
      note(found, seen);
    },
  });
  await readDeadLetters(broker, (place) => found.books.deadLetter(place));
  return { found, repeats, book };
}

async function expectedOf(
  options: VerifyOptions,
): Promise<{ readonly expected: Told; readonly run: CleanRun }> {
  const { broker, rawDecoder } = options;
  const topic = topics.raw.name;
  const expected = nothingTold();
  const rawPartitions = await broker.admin.partitions(topic);
  const run = new CleanRun({
    ...options,
    rawPartitions,
    reducedPartitions: await broker.admin.partitions(topics.reduced.name),
    prefetch: (records) => prefetch(rawDecoder, { topic, partition: 0, epoch: 0, highWatermark: 0, records }),
    // RELATE states no partials, and every value of the other topics gets its origin here as in the outbox.
    onOutput: ({ topic: id, value }, origin) =>
      note(expected, { topic: id, value: { ...value, origin } } as Seen),
    onDeadLetter: (place) => expected.books.deadLetter(place),
  });
  await readLog(broker, { topic, isolation: 'read_committed' }, new Merge(rawPartitions, run));
  run.finish();
  return { expected, run };
}

function nothingTold(): Told {
  const records = { enriched: 0, suppressed: 0, incidents: 0, aggregates: 0, decisions: 0 };
  return { books: new Books(), finals: new FinalBook(), trails: new Trails(), records };
}

function note(told: Told, seen: Seen): void {
  told.records[seen.topic] += 1;
  if (seen.topic === 'decisions') told.books.decision(seen.value);
  else if (seen.topic === 'enriched' || seen.topic === 'suppressed') told.finals.add(seen.value);
}
