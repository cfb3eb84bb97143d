import { type Topic, topics } from '../../schemas/topics.ts';
import { type FoundTopic, replicasFor, type TopicSettings } from '../broker/index.ts';
import { type Cluster, requirementsOf } from './topic-requirements.ts';

/**
 * What is done about a difference: `create` and `alter` whenever plans are applied, `grow` only when that is asked for,
 * `by-hand` never, since it needs somebody to decide.
 */
export type Remedy = 'create' | 'alter' | 'grow' | 'by-hand';

export interface TopicDifference {
  readonly topic: string;
  /** `topic`, `partitions`, `replicas`, or Kafka's name of a config. */
  readonly what: string;
  readonly found: string;
  readonly wanted: string;
  /** What is set when it is applied; empty where nothing is. */
  readonly value: string;
  readonly remedy: Remedy;
  /** What to know before it is done, or what to do by hand; empty where there is nothing to say. */
  readonly hint: string;
}

/** Compares the topics of a cluster with what they are to be. Empty when nothing is to be done. */
export function planTopics(wanted: readonly TopicSettings[], cluster: Cluster): readonly TopicDifference[] {
  const byName = new Map(cluster.found.map((topic) => [topic.name, topic]));
  const isUneven = wanted.some(
    (topic) => roleOf(topic) === 'reduced' && partitionsDiffer(topic, byName.get(topic.name)),
  );
  return wanted.flatMap((topic) => {
    const found = byName.get(topic.name);
    if (found === undefined) return [missing(topic, isUneven && roleOf(topic) === 'reduced')];
    return [...partitions(topic, found), ...replicas(found, cluster), ...configs(topic, found, cluster)];
  });
}

function missing({ name, partitions: count }: TopicSettings, isHeldBack: boolean): TopicDifference {
  return {
    ...{
      topic: name,
      what: 'topic',
      found: 'missing',
      wanted: count === 1 ? '1 partition' : `${count} partitions`,
      value: '',
    },
    remedy: isHeldBack ? 'by-hand' : 'create',
    hint: isHeldBack ? 'settle the partitions of its siblings first: all of them must have as many' : '',
  };
}

function partitions(topic: TopicSettings, found: FoundTopic): readonly TopicDifference[] {
  if (!partitionsDiffer(topic, found)) return [];
  const role = roleOf(topic);
  const isGrowing = role === 'raw' && found.partitions < topic.partitions;
  return [
    {
      ...{ topic: topic.name, what: 'partitions' },
      found: String(found.partitions),
      wanted: String(topic.partitions),
      value: isGrowing ? String(topic.partitions) : '',
      remedy: isGrowing ? 'grow' : 'by-hand',
      hint: isGrowing ? growHint : partitionHints[role](found.partitions),
    },
  ];
}

const growHint =
  'apply --grow-raw adds them; keys go to other partitions then, which costs folding and no result';

const partitionHints: Readonly<Record<Topic['partitions'], (found: number) => string>> = {
  raw: (found) => `partitions cannot be taken away: set broker.rawPartitions to ${found}`,
  reduced: (found) =>
    `state and position marks are kept per partition: set broker.reducedPartitions to ${found}, or let the workers finish, stop them, and make all of these topics anew`,
  one: () => 'its order is that of one partition: make it anew, after its records were worked on',
};

function replicas({ name, replicas: count }: FoundTopic, { brokers }: Cluster): readonly TopicDifference[] {
  const wanted = replicasFor(brokers);
  if (count >= wanted) return [];
  const hint = 'one lost broker would be lost records: give it more with kafka-reassign-partitions';
  return [
    {
      ...{ topic: name, what: 'replicas', found: String(count), wanted: `at least ${wanted}` },
      ...{ value: '', remedy: 'by-hand', hint },
    },
  ];
}

function configs(topic: TopicSettings, found: FoundTopic, cluster: Cluster): readonly TopicDifference[] {
  return requirementsOf(topic, found, cluster).flatMap(({ config, wanted, reads, isMet }) => {
    const value = found.configs[config] ?? 'unknown';
    if (isMet(value)) return [];
    return [
      {
        ...{ topic: topic.name, what: config, found: value, wanted: reads },
        ...{ value: wanted, remedy: 'alter', hint: alterHints[config] ?? '' },
      } as const,
    ];
  });
}

/** What holds for new records alone. */
const alterHints: Readonly<Record<string, string>> = {
  'message.timestamp.type': 'records that are there keep their times',
  'compression.type': 'records that are there stay packed: a worker refuses them (broker.missing-codec)',
};

const roles = new Map(Object.values<Topic>(topics).map(({ name, partitions: role }) => [name, role]));

function roleOf({ name }: TopicSettings): Topic['partitions'] {
  return roles.get(name) ?? 'one';
}

function partitionsDiffer(topic: TopicSettings, found: FoundTopic | undefined): boolean {
  return found !== undefined && found.partitions !== topic.partitions;
}
