import kafkajs, { type Admin as Client, type ITopicConfig } from 'kafkajs';
import { TocsinError } from '../../../schemas/errors.ts';
import type { FoundTopic, TopicSettings } from '../broker.ts';
import { minInSyncOf, replicasFor } from '../replication.ts';
import { configsOf } from '../topic-configs.ts';

/** Creates what is missing, with as many replicas as the cluster can bear. */
export async function ensureTopics(client: Client, topics: readonly TopicSettings[]): Promise<void> {
  const existing = new Set(await client.listTopics());
  const missing = topics.filter(({ name }) => !existing.has(name));
  if (missing.length === 0) return;
  const replicas = replicasFor((await client.describeCluster()).brokers.length);
  // False when another process was quicker, which is as good.
  await client.createTopics({
    topics: missing.map((topic) => creationOf(topic, replicas)),
    waitForLeaders: true,
  });
}

export async function describeTopics(client: Client, names: readonly string[]): Promise<FoundTopic[]> {
  // Listed first: kafkajs fails as a whole when one of the topics does not exist.
  const existing = new Set(await client.listTopics());
  const there = names.filter((name) => existing.has(name));
  if (there.length === 0) return [];
  const { topics } = await client.fetchTopicMetadata({ topics: there });
  const configs = await configsIn(client, there);
  return there.flatMap((name) => {
    const partitions = topics.find((topic) => topic.name === name)?.partitions ?? [];
    const entries = configs.get(name) ?? [];
    const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
    const values = entries.map(({ configName, configValue }) => [configName, configValue]);
    return { name, partitions: partitions.length, replicas, configs: Object.fromEntries(values) };
  });
}

/**
 * kafkajs knows only the older of Kafka's two requests for this, which takes back every config of the topic that it does
 * not name. So those are named that were set on the topic; one that somebody else sets at the same moment is lost.
 */
export async function alterTopic(
  client: Client,
  name: string,
  configs: Readonly<Record<string, string>>,
): Promise<void> {
  const found = (await configsIn(client, [name])).get(name) ?? [];
  const isSetHere = ({ configSource }: Config) => configSource === kafkajs.ConfigSource.TOPIC_CONFIG;
  const set = found.filter(isSetHere).map(({ configName, configValue }) => [configName, configValue]);
  const wanted: Record<string, string> = { ...Object.fromEntries(set), ...configs };
  const configEntries = Object.entries(wanted).map(([key, value]) => ({ name: key, value }));
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  await client.alterConfigs({ validateOnly: false, resources: [{ type, name, configEntries }] });
}

export async function growTopic(client: Client, name: string, partitions: number): Promise<void> {
  const { topics } = await client.fetchTopicMetadata({ topics: [name] });
  const count = topics.find((topic) => topic.name === name)?.partitions.length ?? 0;
  if (count === 0) throw new TocsinError('broker.unknown-topic', name);
  if (count >= partitions) return;
  await client.createPartitions({ topicPartitions: [{ topic: name, count: partitions }] });
}

type Config = Awaited<ReturnType<Client['describeConfigs']>>['resources'][number]['configEntries'][number];

async function configsIn(
  client: Client,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly Config[]>> {
  const resources = names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name }));
  const answer = await client.describeConfigs({ resources, includeSynonyms: false });
  return new Map(answer.resources.map((one) => [one.resourceName, one.configEntries]));
}

function creationOf(topic: TopicSettings, replicas: number): ITopicConfig {
  const configs = { ...configsOf(topic), 'min.insync.replicas': String(minInSyncOf(replicas)) };
  return {
    topic: topic.name,
    numPartitions: topic.partitions,
    replicationFactor: replicas,
    configEntries: Object.entries(configs).map(([name, value]) => ({ name, value })),
  };
}
