import type { TocsinError } from '../../../schemas/errors.ts';
import type { TopicPartition } from '../broker.ts';
import { brokerError } from './broker-error.ts';
import type { FetchAnswer } from './fetch-answer.ts';
import type { FetchRequest, InnerBroker } from './kafkajs-insides.ts';

/** Told of a partition whose next batch cannot be unpacked, and of the offset that was asked for. */
export type OnUnreadable = (place: TopicPartition, offset: number, error: TocsinError) => void;

/** Kafka sends the first batch whole, whatever its size, and nothing behind it. */
const oneBatch = 1;

/** Whether a fetch failed for what records are packed with. */
export function isUnreadable(error: unknown): boolean {
  return brokerError(error, '').code === 'broker.missing-codec';
}

/**
 * The fetch again, partition by partition and batch by batch. kafkajs gives up a whole answer, of all partitions of a
 * broker, for one batch that it cannot unpack: what lies before that batch would never be seen, and nobody would know
 * where it is.
 */
export async function fetchApart(
  broker: InnerBroker,
  request: FetchRequest,
  onUnreadable: OnUnreadable,
): Promise<FetchAnswer> {
  const responses: FetchAnswer['responses'][number][] = [];
  for (const { topic, partitions } of request.topics) {
    for (const one of partitions) {
      const topics = [{ topic, partitions: [{ ...one, maxBytes: oneBatch }] }];
      try {
        responses.push(...(await broker.fetch({ ...request, maxBytes: oneBatch, topics })).responses);
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        const { partition, fetchOffset } = one;
        const place = { topic, partition };
        onUnreadable(place, Number(fetchOffset), brokerError(error, `${topic}/${partition}@${fetchOffset}`));
      }
    }
  }
  return { responses };
}
