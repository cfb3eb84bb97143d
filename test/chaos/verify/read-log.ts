import { randomUUID } from 'node:crypto';
import type { Broker, ConsumerOptions, LogRecord } from '../../../pipeline/broker/index.ts';

export interface LogRange {
  readonly topic: string;
  readonly isolation: ConsumerOptions['isolation'];
  /** Offset at which each partition ends; where there is none, the end that the log has now. */
  readonly until?: ReadonlyMap<number, number>;
}

export interface LogVisitor {
  /** Batches of one partition come one after another, those of different partitions side by side. */
  onRecords(records: readonly LogRecord[], partition: number): void | Promise<void>;
  /** The partition has been read to its end. */
  onEnd?(partition: number): void;
}

/** How often positions are looked at: markers and aborted records are passed without a batch. */
const lookEveryMs = 20;

/** Reads a topic from its start to its end, by a group that leaves nothing behind. Rejects when a partition cannot be read. */
export async function readLog(broker: Broker, range: LogRange, visitor: LogVisitor): Promise<void> {
  const { topic, isolation } = range;
  const pending = await endsOf(broker, range);
  const consumer = broker.consumer({
    group: `chaos-verify-${randomUUID()}`,
    topics: [topic],
    maxBatchRecords: 2_000,
    maxBatchBytes: 1 << 22,
    isolation,
  });
  const settle = () => {
    for (const [partition, end] of pending) {
      if ((consumer.position({ topic, partition }) ?? 0) < end) continue;
      pending.delete(partition);
      visitor.onEnd?.(partition);
    }
  };
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  await consumer.start({
    onAssigned: async (assigned) => {
      for (const place of assigned) consumer.seek(place, (await broker.admin.watermarks(place)).low);
    },
    onRevoked: async () => {},
    onBatch: async ({ partition, records }) => {
      const end = pending.get(partition);
      // A batch may reach beyond the end that was asked for.
      const wanted = end === undefined ? [] : records.filter(({ offset }) => offset < end);
      if (wanted.length > 0) await visitor.onRecords(wanted, partition);
    },
    onFailure: (error) => fail(error),
  });
  try {
    await Promise.race([failed, untilDone(pending, settle)]);
  } finally {
    await consumer.stop();
  }
}

async function untilDone(pending: ReadonlyMap<number, number>, settle: () => void): Promise<void> {
  for (settle(); pending.size > 0; settle()) await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
}

async function endsOf(broker: Broker, { topic, until }: LogRange): Promise<Map<number, number>> {
  const ends = new Map<number, number>();
  for (let partition = 0; partition < (await broker.admin.partitions(topic)); partition += 1) {
    const { high } = await broker.admin.watermarks({ topic, partition });
    ends.set(partition, Math.min(high, until?.get(partition) ?? high));
  }
  return ends;
}
