import { topics } from '../../schemas/topics.ts';
import { type FoundTopic, minInSyncOf, replicasFor, type TopicSettings } from '../broker/index.ts';

/** What a config of a topic must come to, in Kafka's words. */
export interface Requirement {
  readonly config: string;
  /** The value that is set where it is not met. */
  readonly wanted: string;
  /** How it is put to people where more than one value would do. */
  readonly reads: string;
  isMet(found: string): boolean;
}

export interface Cluster {
  readonly brokers: number;
  readonly found: readonly FoundTopic[];
}

/** Where raw records go that are not worked on, as they came and with headers that say why. */
const setAside: readonly string[] = [topics.deadLetters.name, topics.overflow.name];
/** Room for those headers, and for what a batch adds. */
const roomBytes = 65_536;

/** Words of `compression.type` that leave records readable: the client library unpacks gzip and nothing else. */
const readable = ['uncompressed', 'gzip', 'producer'];

export function requirementsOf(
  topic: TopicSettings,
  found: FoundTopic,
  cluster: Cluster,
): readonly Requirement[] {
  const asIs = (config: string, wanted: string): Requirement => ({
    ...{ config, wanted, reads: wanted },
    isMet: (value) => wordsOf(value) === wordsOf(wanted),
  });
  return [
    asIs('message.timestamp.type', topic.timestamps),
    asIs('cleanup.policy', topic.cleanup),
    ...(topic.cleanup === 'compact' ? [] : [atLeast('retention.ms', topic.retentionMs)]),
    inSync(found, cluster),
    // A leader that missed acknowledged records would take them back.
    asIs('unclean.leader.election.enable', 'false'),
    compression(topic),
    ...recordSize(topic, cluster),
  ];
}

/** −1 means without end. */
function atLeast(config: string, wanted: number): Requirement {
  const isMet = (value: string) => Number(value) === -1 || Number(value) >= wanted;
  return { config, wanted: String(wanted), reads: `at least ${wanted}`, isMet };
}

/** More than there are replicas would refuse every record, so a topic with few of them gets a low bound. */
function inSync({ replicas }: FoundTopic, { brokers }: Cluster): Requirement {
  const wanted = minInSyncOf(Math.min(replicas, replicasFor(brokers)));
  return {
    ...{ config: 'min.insync.replicas', wanted: String(wanted) },
    reads: `at least ${wanted}`,
    isMet: (value) => Number(value) >= wanted && Number(value) <= replicas,
  };
}

/**
 * Whatever producers send to a topic with gzip is packed anew by the broker, which spares us from asking all of them; only
 * we write to the other topics.
 */
function compression({ name }: TopicSettings): Requirement {
  return {
    config: 'compression.type',
    wanted: name === topics.raw.name ? 'gzip' : 'producer',
    reads: readable.join(' or '),
    isMet: (value) => readable.includes(value),
  };
}

/** What others write: as large as they and the operator agree on. */
const inputs: readonly string[] = [topics.raw.name, topics.control.name];
/** What we write is never larger (`pipeline/config/record-size.ts`). */
const ownBytes = 1_048_576;

function recordSize({ name }: TopicSettings, cluster: Cluster): readonly Requirement[] {
  if (setAside.includes(name)) return [setAsideSize(cluster)];
  return inputs.includes(name) ? [] : [atLeast('max.message.bytes', ownBytes)];
}

/** A record that may come in must fit where it is set aside, or it would stop its shard. */
function setAsideSize({ found }: Cluster): Requirement {
  const raw = found.find(({ name }) => name === topics.raw.name);
  const accepted = Number(raw?.configs['max.message.bytes'] ?? 0);
  return atLeast('max.message.bytes', accepted === 0 ? 0 : accepted + roomBytes);
}

/** A list in any order, without spaces. */
function wordsOf(list: string): string {
  return list
    .split(',')
    .map((word) => word.trim())
    .sort()
    .join(',');
}
