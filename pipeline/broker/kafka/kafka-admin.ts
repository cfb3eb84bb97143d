import type { Admin as Client } from 'kafkajs';
import { TocsinError } from '../../../schemas/errors.ts';
import type {
  Admin,
  CommittedOffset,
  FoundTopic,
  TopicPartition,
  TopicSettings,
  Watermarks,
} from '../broker.ts';
import { laneOf } from './acknowledged-send.ts';
import { brokerError, hasType } from './broker-error.ts';
import type { OnCluster } from './cluster-names.ts';
import { alterTopic, describeTopics, ensureTopics, growTopic } from './kafka-topics.ts';
import type { InnerAdmin, InnerCluster } from './kafkajs-insides.ts';
import { topicIdsOf } from './topic-ids.ts';
import { watermarksOf } from './watermarks.ts';
import { whileLoading } from './while-loading.ts';

/** What is asked of the cluster outside of producing and consuming; connects when it is first asked. */
export class KafkaAdmin implements Admin {
  readonly #client: Client;
  readonly #cluster: InnerCluster;
  #connected: Promise<void> | null = null;
  readonly #named: OnCluster;
  readonly #sizes = new Map<string, Promise<number>>();

  constructor({ client, cluster }: InnerAdmin, named: OnCluster) {
    this.#client = client;
    this.#cluster = cluster;
    this.#named = named;
  }

  async clusterId(): Promise<string> {
    const { clusterId } = await this.#ask('describing the cluster', (client) => client.describeCluster());
    return clusterId;
  }

  topicIds(topics: readonly string[]): Promise<readonly string[]> {
    return this.#ask('the ids of topics', () => topicIdsOf(this.#cluster, topics));
  }

  ensureTopics(topics: readonly TopicSettings[]): Promise<void> {
    return this.#ask('creating topics', (client) => ensureTopics(client, topics));
  }

  describeTopics(names: readonly string[]): Promise<readonly FoundTopic[]> {
    return this.#ask('describing topics', (client) => describeTopics(client, names));
  }

  alterTopic(name: string, configs: Readonly<Record<string, string>>): Promise<void> {
    return this.#ask(name, (client) => alterTopic(client, name, configs));
  }

  async growTopic(name: string, partitions: number): Promise<void> {
    await this.#ask(name, (client) => growTopic(client, name, partitions));
    this.#sizes.delete(name);
  }

  brokerCount(): Promise<number> {
    return this.#ask('the cluster', async (client) => (await client.describeCluster()).brokers.length);
  }

  deleteGroup(group: string): Promise<void> {
    return this.#ask(`group ${group}`, async (client) => {
      try {
        await client.deleteGroups([this.#named(group)]);
      } catch (error) {
        if (!hasType(error, ['GROUP_ID_NOT_FOUND'])) throw error;
      }
    });
  }

  async partitions(topic: string): Promise<number> {
    const count = await this.#ask(topic, async (client) => {
      const { topics } = await client.fetchTopicMetadata({ topics: [topic] });
      return topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
    });
    if (count === 0) throw new TocsinError('broker.unknown-topic', topic);
    return count;
  }

  /** As `partitions`, asked once: whoever adds partitions to a topic drains and restarts its writers. */
  knownPartitions(topic: string): Promise<number> {
    const known = this.#sizes.get(topic);
    if (known !== undefined) return known;
    const asked = this.partitions(topic);
    this.#sizes.set(topic, asked);
    asked.catch(() => this.#sizes.delete(topic));
    return asked;
  }

  async watermarks(place: TopicPartition): Promise<Watermarks> {
    // Asked first because it knows at once; the offsets of what is missing would be retried for seconds.
    await this.#refuseUnknown(place);
    const { topic, partition } = place;
    const [found] = await this.#ask(topic, (client) => watermarksOf(client, topic, [partition]));
    if (found === undefined) throw new TocsinError('broker.unavailable', `${topic}/${partition}`);
    return found;
  }

  async allWatermarks(topic: string): Promise<readonly Watermarks[]> {
    const partitions = Array.from({ length: await this.knownPartitions(topic) }, (_, partition) => partition);
    return this.#ask(topic, (client) => watermarksOf(client, topic, partitions));
  }

  async committed(group: string, place: TopicPartition): Promise<CommittedOffset | null> {
    const [found = null] = await this.committedTogether(group, [place]);
    return found;
  }

  async committedTogether(
    group: string,
    places: readonly TopicPartition[],
  ): Promise<(CommittedOffset | null)[]> {
    for (const place of places) await this.#refuseUnknown(place);
    const shown = await this.#offsetsOf(
      this.#named(group),
      places.map(({ topic }) => topic),
    );
    return places.map((place) => {
      const found = shown.find((one) => laneOf(one) === laneOf(place));
      return found === undefined ? null : { offset: found.offset, metadata: found.metadata };
    });
  }

  /** Of all partitions of the topic for which the group, as the cluster calls it, has committed one. */
  async committedOffsets(
    group: string,
    topic: string,
  ): Promise<({ readonly partition: number } & CommittedOffset)[]> {
    return this.#offsetsOf(group, [topic]);
  }

  /** In one request: all of them are as of one moment. */
  async #offsetsOf(group: string, topics: readonly string[]): Promise<(TopicPartition & CommittedOffset)[]> {
    const answer = await this.#ask(`offsets of ${group}`, (client) =>
      whileLoading(() => client.fetchOffsets({ groupId: group, topics: [...new Set(topics)] })),
    );
    return answer
      .flatMap(({ topic, partitions }) => partitions.map((one) => ({ topic, ...one })))
      .map(({ topic, partition, offset, metadata }) => ({
        ...{ topic, partition },
        ...{ offset: Number(offset), metadata: metadata ?? '' },
      }))
      .filter(({ offset }) => offset >= 0);
  }

  async close(): Promise<void> {
    if (this.#connected === null) return;
    await this.#client.disconnect().catch(() => undefined);
  }

  async #refuseUnknown({ topic, partition }: TopicPartition): Promise<void> {
    if (partition < (await this.knownPartitions(topic))) return;
    // Somebody else may have added it since.
    if (partition >= (await this.partitions(topic)))
      throw new TocsinError('broker.unknown-topic', `${topic}, partition ${partition}`);
  }

  async #ask<T>(what: string, act: (client: Client) => Promise<T>): Promise<T> {
    try {
      this.#connected ??= this.#client.connect();
      await this.#connected;
    } catch (error) {
      this.#connected = null;
      throw brokerError(error, 'connecting');
    }
    try {
      return await act(this.#client);
    } catch (error) {
      throw brokerError(error, what);
    }
  }
}
