import type { Admin as Client } from 'kafkajs';
import { TocsinError } from '../../../schemas/errors.ts';
import type { Watermarks } from '../broker.ts';

type Asked = Pick<Client, 'fetchTopicOffsets'>;

/** Some seconds in all: a leader is elected by then, or the cluster is in trouble. */
const maxAttempts = 20;
const retryMs = 100;

/**
 * First and next offset of partitions that exist, in the order asked. kafkajs answers from a view of the cluster that its
 * other questions change meanwhile, and that knows no leader for a moment after a broker went: then it leaves partitions
 * out, or trips over its own empty list. Both pass. Rejects with `broker.unavailable` when they do not.
 */
export async function watermarksOf(
  client: Asked,
  topic: string,
  partitions: readonly number[],
): Promise<readonly Watermarks[]> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const offsets = await offsetsOf(client, topic);
    const found = partitions.flatMap((partition) => offsets.get(partition) ?? []);
    if (found.length === partitions.length) return found;
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
  throw new TocsinError('broker.unavailable', `nobody leads ${topic}/${partitions.join(', ')}`);
}

async function offsetsOf(client: Asked, topic: string): Promise<ReadonlyMap<number, Watermarks>> {
  try {
    const found = await client.fetchTopicOffsets(topic);
    return new Map(
      found.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]),
    );
  } catch (error) {
    if (error instanceof TypeError) return new Map();
    throw error;
  }
}
