import { randomUUID } from 'node:crypto';
import { TocsinError } from '../../schemas/errors.ts';
import type { Admin, CommittedOffset, TopicPartition } from './broker.ts';
import type { Group } from './group.ts';
import type { Retainer } from './retainer.ts';
import type { TopicCatalog } from './topic-catalog.ts';

export interface EmbeddedAdminServices {
  readonly catalog: TopicCatalog;
  readonly groups: Map<string, Group>;
  readonly retainer: Retainer;
}

/** What is asked of the embedded broker outside of producing and consuming. */
export function embeddedAdmin({ catalog, groups, retainer }: EmbeddedAdminServices): Admin {
  const id = `embedded-${randomUUID()}`;
  const committed = (group: string, place: TopicPartition): CommittedOffset | null =>
    groups.get(group)?.offsets.committed(catalog.log(place)) ?? null;
  return {
    clusterId: async () => id,
    // A topic here is never deleted: no other one takes its name.
    topicIds: async (topics) => topics.map(() => ''),
    ensureTopics: async (topics) => {
      for (const topic of topics) catalog.ensure(topic);
    },
    partitions: async (topic) => catalog.logs(topic).length,
    allWatermarks: async (topic) => catalog.logs(topic).map(({ low, high }) => ({ low, high })),
    watermarks: async (partition) => {
      const { low, high } = catalog.log(partition);
      return { low, high };
    },
    committed: async (group, partition) => committed(group, partition),
    committedTogether: async (group, partitions) => partitions.map((place) => committed(group, place)),
    describeTopics: async (names) => names.flatMap((name) => catalog.describe(name) ?? []),
    alterTopic: async (name, configs) => catalog.alter(name, configs),
    growTopic: async (name, partitions) => catalog.grow(name, partitions),
    brokerCount: async () => 1,
    deleteGroup: async (id) => {
      const group = groups.get(id);
      if (group === undefined) return;
      if (!group.isEmpty) throw new TocsinError('broker.wrong-state', `group ${id} has members`);
      groups.delete(id);
      retainer.unsubscribed(group.offsets);
    },
  };
}
