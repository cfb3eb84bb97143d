import type {
  Admin,
  CommittedOffset,
  TopicPartition,
  TopicSettings,
} from '../../../pipeline/broker/index.ts';
import { brokerError } from '../../../pipeline/broker/kafka/broker-error.ts';
import type { KafkaAdmin } from '../../../pipeline/broker/kafka/kafka-admin.ts';
import type { Wire } from './wire.ts';

/** What workers and the Kafka form ask of it. */
type Asked = Pick<
  Admin,
  | 'clusterId'
  | 'topicIds'
  | 'ensureTopics'
  | 'partitions'
  | 'watermarks'
  | 'allWatermarks'
  | 'committed'
  | 'committedTogether'
> &
  Pick<KafkaAdmin, 'knownPartitions' | 'committedOffsets' | 'deleteGroup'>;

/** KafkaAdmin on the simulated cluster, as far as a worker needs it. */
export class SimAdmin implements Asked {
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  async clusterId(): Promise<string> {
    return 'simulated';
  }

  async topicIds(topics: readonly string[]): Promise<readonly string[]> {
    return topics.map(() => '');
  }

  async ensureTopics(topics: readonly TopicSettings[]): Promise<void> {
    this.#wire.cluster.ensureTopics(topics);
  }

  /** Metadata is at hand: a client has it from when it connected. */
  async partitions(topic: string): Promise<number> {
    return this.#wire.cluster.logs(topic).length;
  }

  knownPartitions(topic: string): Promise<number> {
    return this.partitions(topic);
  }

  watermarks(place: TopicPartition): Promise<{ low: number; high: number }> {
    const { cluster } = this.#wire;
    const log = cluster.log(place);
    return this.#ask('ListOffsets', cluster.leaderOf(place), () => ({ low: log.low, high: log.high }));
  }

  allWatermarks(topic: string): Promise<{ low: number; high: number }[]> {
    const logs = this.#wire.cluster.logs(topic);
    return Promise.all(logs.map(({ partition }) => this.watermarks({ topic, partition })));
  }

  committed(group: string, place: TopicPartition): Promise<CommittedOffset | null> {
    const { cluster } = this.#wire;
    cluster.log(place);
    return this.#ask('OffsetFetch', cluster.coordinatorOf(group), () => this.#committed(group, place));
  }

  committedTogether(group: string, places: readonly TopicPartition[]): Promise<(CommittedOffset | null)[]> {
    const { cluster } = this.#wire;
    return this.#ask('OffsetFetch', cluster.coordinatorOf(group), () =>
      places.map((place) => this.#committed(group, place)),
    );
  }

  committedOffsets(
    group: string,
    topic: string,
  ): Promise<({ readonly partition: number } & CommittedOffset)[]> {
    const { cluster } = this.#wire;
    return this.#ask('OffsetFetch', cluster.coordinatorOf(group), () =>
      cluster.logs(topic).flatMap(({ partition }) => {
        const found = this.#committed(group, { topic, partition });
        return found === null ? [] : [{ partition, ...found }];
      }),
    );
  }

  async deleteGroup(): Promise<void> {}

  #committed(group: string, place: TopicPartition): CommittedOffset | null {
    return this.#wire.cluster.group(group).offsets.committed(place);
  }

  async #ask<T>(name: string, node: Parameters<Wire['ask']>[0], act: () => T): Promise<T> {
    try {
      return await this.#wire.patiently(() => this.#wire.ask(node, name, act));
    } catch (error) {
      throw brokerError(error, name);
    }
  }
}
