import kafkajs, { type PartitionAssigner } from 'kafkajs';
import { assign, type Claim } from '../assign.ts';
import type { TopicPartition } from '../broker.ts';
import { type InnerCluster, innerCluster } from './kafkajs-insides.ts';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

/** What a member had when it last took part. The generation tells a fresh claim from that of somebody presumed dead. */
export interface Held {
  readonly generation: number;
  readonly partitions: readonly TopicPartition[];
}

export interface GroupMember {
  readonly memberId: string;
  readonly topics: readonly string[];
  readonly held: Held;
}

/**
 * Shares partitions out as the embedded broker does: evenly, and everybody keeps what balance allows, so that a rebalance
 * moves as few shards as it can. What a member holds travels with its request to join (KIP-54's idea). Each consumer has
 * its own: `held` tells what it has, and `onCluster` gets the consumer's own view of the cluster, once.
 */
export function stickyAssigner(
  held: () => Held,
  onCluster: (cluster: InnerCluster) => void,
): PartitionAssigner {
  return ({ cluster }) => {
    const inner = innerCluster(cluster);
    onCluster(inner);
    const version = 0;
    return {
      name: 'TocsinStickyAssigner',
      version,
      protocol: ({ topics }) => ({
        name: 'TocsinStickyAssigner',
        metadata: MemberMetadata.encode({ version, topics, userData: Buffer.from(JSON.stringify(held())) }),
      }),
      assign: async ({ members: described }) => {
        const members = described.map(({ memberId, memberMetadata }) => memberOf(memberId, memberMetadata));
        const topics = [...new Set(members.flatMap((member) => member.topics))];
        // The leader assigns for everybody, so it has to know topics that it does not read itself.
        await inner.addMultipleTargetTopics(topics);
        const partitions = topics.flatMap((topic) =>
          inner
            .findTopicPartitionMetadata(topic)
            .map(({ partitionId }) => ({ topic, partition: partitionId })),
        );
        const shares = shareOut(members, partitions);
        return Array.from(shares, ([memberId, share]) => ({
          memberId,
          memberAssignment: MemberAssignment.encode({
            version,
            assignment: byTopic(share),
            userData: Buffer.alloc(0),
          }),
        }));
      },
    };
  };
}

/** Deterministic in what the members say; of two that claim one partition, the newer claim holds. */
export function shareOut(
  members: readonly GroupMember[],
  partitions: readonly TopicPartition[],
): Map<string, TopicPartition[]> {
  const places = new Map(partitions.map((place) => [nameOf(place), place]));
  const names = [...places.keys()].sort();
  const claims = [...members]
    .sort((a, b) => b.held.generation - a.held.generation || compare(a.memberId, b.memberId))
    .map(({ memberId, topics, held }): Claim<string, string> => {
      const isEligible = (name: string): boolean => topics.includes(places.get(name)?.topic ?? '');
      return { member: memberId, eligible: names.filter(isEligible), previous: held.partitions.map(nameOf) };
    });
  return new Map(
    Array.from(assign(claims, names), ([member, share]) => [
      member,
      share.flatMap((name) => places.get(name) ?? []),
    ]),
  );
}

function memberOf(memberId: string, metadata: Buffer): GroupMember {
  const decoded = MemberMetadata.decode(metadata);
  return { memberId, topics: decoded?.topics ?? [], held: parseHeld(decoded?.userData) };
}

/** Nothing held, for bytes that are not ours. */
function parseHeld(userData: Buffer | undefined): Held {
  const none: Held = { generation: -1, partitions: [] };
  try {
    const parsed: unknown = JSON.parse(userData?.toString() ?? '');
    const { generation, partitions } = Object(parsed);
    if (!Number.isSafeInteger(generation) || !Array.isArray(partitions)) return none;
    return { generation, partitions: partitions.filter(isPlace) };
  } catch {
    return none;
  }
}

function isPlace(value: unknown): value is TopicPartition {
  const { topic, partition } = Object(value);
  return typeof topic === 'string' && Number.isSafeInteger(partition);
}

function byTopic(places: readonly TopicPartition[]): Record<string, number[]> {
  const topics: Record<string, number[]> = {};
  for (const { topic, partition } of places) {
    topics[topic] ??= [];
    topics[topic].push(partition);
  }
  return topics;
}

/** Sorts as the partitions do: topic, then number. */
function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}\u0000${String(partition).padStart(10, '0')}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
