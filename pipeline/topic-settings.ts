import { type Topic, topics } from '../schemas/topics.ts';
import type { TopicSettings } from './broker/index.ts';

export interface Partitions {
  readonly rawPartitions: number;
  readonly reducedPartitions: number;
}

/** Every topic as a broker is to have it. */
export function topicSettings(partitions: Partitions): readonly TopicSettings[] {
  const all: readonly Topic[] = Object.values(topics);
  return all.map((topic) => ({
    name: topic.name,
    cleanup: topic.cleanup,
    retentionMs: topic.retentionMs,
    partitions: partitionsOf(topic, partitions),
    timestamps: topic.timestamps,
  }));
}

export function partitionsOf(topic: Topic, { rawPartitions, reducedPartitions }: Partitions): number {
  if (topic.partitions === 'one') return 1;
  return topic.partitions === 'raw' ? rawPartitions : reducedPartitions;
}
