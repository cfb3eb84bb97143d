import { TocsinError } from '../../schemas/errors.ts';
import { type Topic, topics } from '../../schemas/topics.ts';
import type { Admin } from '../broker/index.ts';
import type { Partitions } from '../topic-settings.ts';

/**
 * Looks whether the log has all topics, with partitions that fit together: RELATE writes partition i of every output, so
 * another number of them would put outputs where no mark of a consumer is. Rejects with `broker.unknown-topic`, naming all
 * that are missing, or with `broker.wrong-partitions`.
 */
export async function checkTopics(admin: Pick<Admin, 'partitions'>): Promise<Partitions> {
  const all: readonly Topic[] = Object.values(topics);
  const counts = new Map<string, number | null>();
  for (const { name } of all) counts.set(name, await partitionsOf(admin, name));
  const missing = all.filter(({ name }) => counts.get(name) === null).map(({ name }) => name);
  if (missing.length > 0) throw new TocsinError('broker.unknown-topic', missing.join(', '));
  const found = (topic: Topic): number => counts.get(topic.name) ?? 0;
  const rawPartitions = found(topics.raw);
  const reducedPartitions = found(topics.reduced);
  const wanted = { raw: rawPartitions, reduced: reducedPartitions, one: 1 };
  const wrong = all
    .filter((topic) => found(topic) !== wanted[topic.partitions])
    .map((topic) => `${topic.name} has ${found(topic)} instead of ${wanted[topic.partitions]}`);
  if (wrong.length > 0) throw new TocsinError('broker.wrong-partitions', wrong.join(', '));
  return { rawPartitions, reducedPartitions };
}

async function partitionsOf(admin: Pick<Admin, 'partitions'>, name: string): Promise<number | null> {
  try {
    return await admin.partitions(name);
  } catch (error) {
    if (error instanceof TocsinError && error.code === 'broker.unknown-topic') return null;
    throw error;
  }
}
