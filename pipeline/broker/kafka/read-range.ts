import { randomUUID } from 'node:crypto';
import type { Consumer, ConsumerOptions, LogRecord, OffsetRange } from '../broker.ts';
import type { KafkaAdmin } from './kafka-admin.ts';
import { settlement } from './settlement.ts';

export interface RangeRead {
  readonly range: OffsetRange;
  readonly onRecords: (records: readonly LogRecord[]) => void;
}

export interface RangeServices {
  readonly admin: Pick<KafkaAdmin, 'watermarks' | 'deleteGroup'>;
  readonly open: (options: ConsumerOptions) => Consumer;
}

/** How often it is looked whether only markers are left, which are handed to nobody. */
const lookMs = 50;

/**
 * Reads a range of one partition. kafkajs reads only as a member of a group, so this is one of its own: alone in it, with
 * everything but the partition paused, and forgotten afterwards.
 */
export async function readRange({ range, onRecords }: RangeRead, services: RangeServices): Promise<void> {
  const { topic, partition, from, to } = range;
  const place = { topic, partition };
  const { low, high } = await services.admin.watermarks(place);
  const end = Math.min(to, high);
  if (Math.max(from, low) >= end) return;
  const group = `tocsin-read-${randomUUID()}`;
  const consumer = services.open({
    ...{ group, topics: [topic], isolation: 'read_committed' },
    ...{ maxBatchRecords: 1_000, maxBatchBytes: 1 << 20 },
  });
  const done = settlement();
  const look = setInterval(() => {
    if ((consumer.position(place) ?? 0) >= end) done.resolve();
  }, lookMs);
  try {
    await consumer.start({
      onAssigned: async (assigned) => {
        consumer.pause(assigned.filter((one) => one.partition !== partition));
        consumer.seek(place, Math.max(from, low));
      },
      onRevoked: () => Promise.resolve(),
      onBatch: async (batch) => {
        const inside = batch.records.filter(({ offset }) => offset < end);
        if (batch.partition === partition && inside.length > 0) onRecords(inside);
        if ((batch.records.at(-1)?.offset ?? 0) >= end - 1) done.resolve();
      },
      onFailure: done.reject,
    });
    await done.settled;
  } finally {
    clearInterval(look);
    await consumer.stop();
    await services.admin.deleteGroup(group).catch(() => undefined);
  }
}
