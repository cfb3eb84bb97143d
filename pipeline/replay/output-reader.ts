import { type CodedTopic, codecs } from '../../schemas/avro/index.ts';
import { topics } from '../../schemas/topics.ts';
import type { Broker, Consumer, LogRecord } from '../broker/index.ts';
import { framedLength } from '../registry/index.ts';
import type { OwnDecoders } from '../worker/index.ts';

export type ReadTopic = Exclude<CodedTopic, 'raw' | 'reduced' | 'control'>;

export const readTopics = ['enriched', 'suppressed', 'incidents', 'aggregates', 'decisions'] as const;

/** A value as a consumer of the topic sees it. */
export type Seen = {
  [K in ReadTopic]: { readonly topic: K; readonly value: ReturnType<(typeof codecs)[K]['decode']> };
}[ReadTopic];

export interface ReadingFrom {
  readonly group?: string;
  /** Only what is written from now on. */
  readonly fromEnd?: boolean;
  /** For topics that other versions write, too; with a broker that prepares its batches. */
  readonly decoders?: Pick<OwnDecoders, ReadTopic>;
}

/**
 * Reads output topics as any consumer would: with a group of its own, values decoded by our codecs unless decoders are given.
 */
export async function readOutputs(
  broker: Broker,
  read: readonly ReadTopic[],
  on: {
    readonly value: (seen: Seen) => void;
    readonly deadLetter?: (record: LogRecord) => void;
    readonly failure: (error: Error) => void;
  },
  { group = 'tocsin-reader', fromEnd = false, decoders }: ReadingFrom = {},
): Promise<Consumer> {
  const consumer = broker.consumer({
    group,
    topics: [...read.map((topic) => topics[topic].name), ...(on.deadLetter ? [topics.deadLetters.name] : [])],
    maxBatchRecords: 1_000,
    maxBatchBytes: 1 << 20,
    isolation: 'read_committed',
  });
  const decode = (topic: ReadTopic, record: LogRecord, partition: number): Seen => {
    const value =
      decoders?.[topic].readAt(record, partition) ??
      codecs[topic].decode(record.value ?? new Uint8Array(), framedLength);
    // What a topic is decoded by gives values of that topic; the pair is not followed through the union.
    return { topic, value } as Seen;
  };
  const byName = new Map(read.map((topic) => [topics[topic].name as string, topic]));
  await consumer.start({
    onAssigned: async (assigned) => {
      if (!fromEnd) return;
      for (const place of assigned) {
        // Given again after a rebalance: what this group has read it goes on from.
        if ((await broker.admin.committed(group, place)) !== null) continue;
        consumer.seek(place, (await broker.admin.watermarks(place)).high);
      }
    },
    onRevoked: () => Promise.resolve(),
    onBatch: async (batch) => {
      const topic = byName.get(batch.topic);
      for (const record of batch.records) {
        if (topic === undefined) on.deadLetter?.(record);
        else on.value(decode(topic, record, batch.partition));
      }
      const { topic: name, partition } = batch;
      const offset = (batch.records.at(-1)?.offset ?? -1) + 1;
      // Nobody goes on from here after a restart; but a broker may keep what some group has not committed.
      await consumer.commitOffsets([{ topic: name, partition, offset, metadata: '' }]);
    },
    onFailure: on.failure,
  });
  return consumer;
}
