import { createRequire } from 'node:module';
import kafkajs, { type Kafka, type Producer, type ProducerConfig } from 'kafkajs';

const load = createRequire(import.meta.url);

interface Entry {
  readonly partition: number;
  readonly firstSequence: number;
  readonly messages: readonly { readonly value: Buffer }[];
}

interface ProduceRequest {
  readonly producerId: number;
  readonly acks: number;
  readonly topicData: readonly { readonly topic: string; readonly partitions: readonly Entry[] }[];
}

interface OffsetsRequest {
  readonly topics: readonly { readonly partitions: readonly { readonly offset: string }[] }[];
}

/** What the test does when a request reaches a broker: before it is stored, and before its answer leaves. */
export interface Script {
  /** Partitions or offsets are to join a transaction. */
  joins?(what: 'partitions' | 'offsets'): Promise<void> | void;
  arrives?(broker: number, partitions: readonly number[]): Promise<void> | void;
  answers?(broker: number, partitions: readonly number[]): Promise<void> | void;
}

/** An error as a broker would send it. */
export function refusal(type: string, retriable: boolean): Error {
  const fields = { type, code: 0, retriable, name: 'KafkaJSProtocolError', message: type };
  return new kafkajs.KafkaJSProtocolError(Object.assign(new Error(type), fields));
}

/**
 * A cluster of two brokers inside the process, below the real producer of kafkajs: leaders move and answers are lost as
 * the test says. Brokers keep sequence numbers as Kafka does: a batch that repeats the last one is acknowledged and not
 * stored.
 */
export class ScriptedCluster {
  readonly stored: string[][] = [[], []];
  /** Broker that leads each of the two partitions. */
  readonly leaders = [1, 2];
  /** Offsets that were sent in transactions, in order. */
  readonly offsets: string[] = [];
  readonly retry = { initialRetryTime: 1, maxRetryTime: 1, retries: 5 };
  readonly #script: Script;
  readonly #brokers = new Map([1, 2].map((nodeId) => [nodeId, this.#broker(nodeId)]));
  /** How many records of each partition have copies elsewhere. */
  readonly #replicated = [0, 0];
  readonly #batches = new Map<string, { first: number; next: number }>();
  #producerIds = 0;

  constructor(script: Script = {}) {
    this.#script = script;
  }

  /** A producer of kafkajs on this cluster. */
  producer(config: ProducerConfig = {}): Producer {
    const createProducer = load('kafkajs/src/producer');
    return createProducer({
      ...config,
      cluster: this,
      retry: { ...this.retry, ...config.retry },
      logger: silent(),
    });
  }

  /** What our producers take for a client. */
  client(): Kafka {
    return Object.assign(Object.create(kafkajs.Kafka.prototype), {
      producer: (config: ProducerConfig) => this.producer(config),
    });
  }

  /** The leader dies; a follower goes on with what it has. */
  failOver(partition: number): void {
    this.stored[partition]?.splice(this.#replicated[partition] ?? 0);
  }

  // From here on: what kafkajs asks of a cluster.
  readonly targetTopics = new Set<string>();
  async connect(): Promise<void> {}
  async disconnect(): Promise<void> {}
  async addMultipleTargetTopics(): Promise<void> {}
  async refreshMetadata(): Promise<void> {}
  async refreshMetadataIfNecessary(): Promise<void> {}
  markOffsetAsCommitted(): void {}
  removeBroker(): void {}
  isConnected(): boolean {
    return true;
  }
  findTopicPartitionMetadata() {
    return this.leaders.map((leader, partitionId) => ({ partitionId, leader }));
  }
  findLeaderForPartitions(_topic: string, partitions: readonly (number | string)[]) {
    const led = (nodeId: number): number[] =>
      partitions.map(Number).filter((partition) => this.leaders[partition] === nodeId);
    return Object.fromEntries(
      [1, 2].flatMap((nodeId) => (led(nodeId).length === 0 ? [] : [[nodeId, led(nodeId)]])),
    );
  }
  async findBroker({ nodeId }: { readonly nodeId: number | string }) {
    return this.#brokers.get(Number(nodeId));
  }
  async findGroupCoordinator() {
    return this.#brokers.get(1);
  }
  async findControllerBroker() {
    return this.#brokers.get(1);
  }

  #broker(nodeId: number) {
    return {
      nodeId,
      produce: (request: ProduceRequest) => this.#produce(nodeId, request),
      initProducerId: async () => ({ producerId: ++this.#producerIds, producerEpoch: 0 }),
      addPartitionsToTxn: async () => this.#script.joins?.('partitions'),
      addOffsetsToTxn: async () => this.#script.joins?.('offsets'),
      txnOffsetCommit: async ({ topics }: OffsetsRequest) => {
        this.offsets.push(...topics.flatMap(({ partitions }) => partitions.map(({ offset }) => offset)));
      },
      endTxn: async () => undefined,
    };
  }

  async #produce(nodeId: number, { producerId, acks, topicData }: ProduceRequest) {
    const entries = topicData.flatMap(({ partitions }) => partitions);
    const numbers = entries.map(({ partition }) => partition);
    await this.#script.arrives?.(nodeId, numbers);
    if (numbers.some((partition) => this.leaders[partition] !== nodeId))
      throw refusal('NOT_LEADER_FOR_PARTITION', true);
    const partitions = entries.map((entry) => ({
      partition: entry.partition,
      errorCode: 0,
      baseOffset: String(this.#append(producerId, entry)),
    }));
    // With any other number the leader does not wait for its followers, and here they have nothing yet.
    if (acks === -1) for (const one of numbers) this.#replicated[one] = this.stored[one]?.length ?? 0;
    await this.#script.answers?.(nodeId, numbers);
    return { topics: [{ topicName: topicData[0]?.topic, partitions }] };
  }

  #append(producerId: number, { partition, firstSequence, messages }: Entry): number {
    const log = this.stored[partition] ?? [];
    const key = `${producerId}/${partition}`;
    const last = this.#batches.get(key);
    const isRepeat =
      producerId > 0 && last?.first === firstSequence && last.next === firstSequence + messages.length;
    if (!isRepeat) {
      log.push(...messages.map(({ value }) => value.toString()));
      this.#batches.set(key, { first: firstSequence, next: firstSequence + messages.length });
    }
    return log.length - messages.length;
  }
}

function silent(): object {
  const say = (): void => {};
  const logger = { debug: say, info: say, warn: say, error: say, namespace: () => logger };
  return logger;
}
