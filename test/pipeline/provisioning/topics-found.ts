import type { FoundTopic, TopicSettings } from '../../../pipeline/broker/index.ts';
import { type Topic, topics } from '../../../schemas/topics.ts';

/** The topics table with 6 raw and 4 reduced partitions. */
export const wantedTopics: readonly TopicSettings[] = Object.values<Topic>(topics).map((topic) => ({
  name: topic.name,
  partitions: { raw: 6, reduced: 4, one: 1 }[topic.partitions],
  timestamps: topic.timestamps,
  cleanup: topic.cleanup,
  retentionMs: topic.retentionMs,
}));

const setAside: readonly string[] = [topics.deadLetters.name, topics.overflow.name];

/** The topic as a cluster of three brokers should have it, but for `fields` and `configs`. */
export function foundTopic(
  topic: TopicSettings,
  fields: Partial<FoundTopic> = {},
  configs: Readonly<Record<string, string>> = {},
): FoundTopic {
  return {
    name: topic.name,
    partitions: topic.partitions,
    replicas: 3,
    ...fields,
    configs: {
      'message.timestamp.type': topic.timestamps,
      'cleanup.policy': topic.cleanup,
      'retention.ms': String(topic.retentionMs),
      'min.insync.replicas': '2',
      'unclean.leader.election.enable': 'false',
      'compression.type': 'producer',
      'max.message.bytes': setAside.includes(topic.name) ? '1114124' : '1048588',
      ...configs,
    },
  };
}

/** All topics as they should be, but for one. */
export function foundTopics(
  name: string,
  fields: Partial<FoundTopic> = {},
  configs: Readonly<Record<string, string>> = {},
): readonly FoundTopic[] {
  return wantedTopics.map((topic) =>
    topic.name === name ? foundTopic(topic, fields, configs) : foundTopic(topic),
  );
}
