import { type Topic, topics } from '../schemas/topics.ts';
import type { TopicSettings } from './broker/index.ts';

export interface Partitions {
  readonly rawPartitions: number;
  readonly reducedPartitions: number;
}

/** Whose times raw records have. `append`: the log's, as it took them; `event`: the alerts' own (a backfill). */
export type Arrival = 'append' | 'event';

export interface TopicOptions extends Partitions {
  /** `append` by default. */
  readonly arrival?: Arrival;
}

/** Every topic as a broker is to have it. */
export function topicSettings(options: TopicOptions): readonly TopicSettings[] {
  const all: readonly Topic[] = Object.values(topics);
  return all.map((topic) => ({
    name: topic.name,
    cleanup: topic.cleanup,
    retentionMs: topic.retentionMs,
    partitions: partitionsOf(topic, options),
    timestamps: timestampsOf(topic, options),
  }));
}

function timestampsOf({ name, timestamps }: Topic, { arrival }: TopicOptions): TopicSettings['timestamps'] {
  return name === topics.raw.name && arrival === 'event' ? 'CreateTime' : timestamps;
}

export function partitionsOf(topic: Topic, { rawPartitions, reducedPartitions }: Partitions): number {
  if (topic.partitions === 'one') return 1;
  return topic.partitions === 'raw' ? rawPartitions : reducedPartitions;
}
