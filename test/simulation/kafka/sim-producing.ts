import type { Kafka, Message, RecordMetadata, TopicMessages } from 'kafkajs';
import type { ProduceRecord, TopicPartition } from '../../../pipeline/broker/index.ts';
import { laneOf, type SendMessages } from '../../../pipeline/broker/kafka/acknowledged-send.ts';
import type { SimNode } from '../machine/network.ts';
import type { ProducerId } from './sim-transactions.ts';
import type { Wire } from './wire.ts';

/** Records of one partition in a request. */
interface Share extends TopicPartition {
  readonly records: readonly ProduceRecord[];
}

interface Produced extends TopicPartition {
  readonly baseOffset: number;
}

/**
 * `sendBatch` of kafkajs 2.2.4 without transactions (src/producer/sendMessages.js): one request per broker, and as soon as
 * one of them fails, another one to each broker that has not answered yet, although its first may still be under way.
 */
export function plainSend(wire: Wire): SendMessages {
  return async (topicMessages) => {
    const shares = passingOver(wire, sharesOf(topicMessages));
    const answers = new Map<SimNode, Produced[]>();
    await wire.patiently(async () => {
      const missing = Array.from(byLeader(wire, shares)).filter(([leader]) => !answers.has(leader));
      await Promise.all(
        missing.map(async ([leader, some]) => {
          answers.set(leader, await produce(wire, leader, some));
        }),
      );
    });
    return [...answers.values()].flat().map(metadataOf);
  };
}

/** kafkajs passes over a partition whose leader moves, between two attempts, to a broker that has answered already. */
function passingOver(wire: Wire, shares: Share[]): Share[] {
  const { random, journal } = wire.cluster.options;
  const [first, ...others] = shares;
  if (
    first === undefined ||
    others.length === 0 ||
    !random.chance(wire.cluster.options.habits.passOverChance)
  )
    return shares;
  journal.fault('passed-over partition', () => laneOf(first));
  return others;
}

function produce(wire: Wire, node: SimNode, shares: readonly Share[]): Promise<Produced[]> {
  return wire.call<Produced[]>(node, {
    name: 'Produce',
    serve: (respond) => {
      const produced: Produced[] = [];
      for (const { topic, partition, records } of shares) {
        const log = wire.cluster.log({ topic, partition });
        const done = (baseOffset: number): void => {
          produced.push({ topic, partition, baseOffset });
          if (produced.length === shares.length) respond({ value: produced });
        };
        wire.cluster.append(log, records, { transaction: null, done });
      }
    },
  });
}

/** kafkajs as `KafkaTransactionalProducer` uses it: a producer with transactions. */
export function transactionalKafka(wire: Wire, transactionalId: string): Kafka {
  const client = {
    producer: ({ transactionTimeout = 60_000 }: { readonly transactionTimeout?: number }) => {
      let producer: Promise<ProducerId> | null = null;
      return {
        connect: async () => {},
        disconnect: async () => {},
        transaction: async () => {
          producer ??= init(wire, transactionalId, transactionTimeout);
          return new SimTransaction(wire, await producer);
        },
      };
    },
  };
  // Nothing else of kafkajs is called there.
  return client as unknown as Kafka;
}

function init(wire: Wire, id: string, timeoutMs: number): Promise<ProducerId> {
  const { transactions } = wire.cluster;
  return wire.patiently(() =>
    wire.call<ProducerId>(coordinatorOf(wire, id), {
      name: 'InitProducerId',
      serve: (respond) => transactions.init(id, timeoutMs, respond),
    }),
  );
}

/** The transaction of kafkajs: partitions are added before they are written to; one request per broker and step. */
class SimTransaction {
  readonly #wire: Wire;
  readonly #producer: ProducerId;
  readonly #added = new Set<string>();
  #hasOffsets = false;
  #sequence = 0;

  constructor(wire: Wire, producer: ProducerId) {
    this.#wire = wire;
    this.#producer = producer;
  }

  async sendBatch({ topicMessages }: { readonly topicMessages: TopicMessages[] }): Promise<RecordMetadata[]> {
    const shares = sharesOf(topicMessages);
    const fresh = shares.filter((share) => !this.#added.has(laneOf(share)));
    if (fresh.length > 0) {
      for (const share of fresh) this.#added.add(laneOf(share));
      const logs = fresh.map((share) => this.#wire.cluster.log(share));
      await this.#coordinate('AddPartitionsToTxn', (transactions) =>
        transactions.add(this.#producer, { logs, groups: [] }),
      );
    }
    const produced = await Promise.all(shares.map((share) => this.#produce(share)));
    return produced.map(metadataOf);
  }

  async sendOffsets({ consumerGroupId: group, topics }: SentOffsets): Promise<void> {
    const { cluster } = this.#wire;
    this.#hasOffsets = true;
    await this.#coordinate('AddOffsetsToTxn', (transactions) =>
      transactions.add(this.#producer, { logs: [], groups: [group] }),
    );
    const offsets = topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset, metadata }) => ({
        ...{ topic, partition },
        ...{ offset: Number(offset), metadata: metadata ?? '' },
      })),
    );
    await this.#wire.patiently(() =>
      this.#wire.ask(cluster.coordinatorOf(group), 'TxnOffsetCommit', () =>
        cluster.transactions.commitOffsets(this.#producer, group, offsets),
      ),
    );
  }

  /** Asked once: a lost answer leaves it in doubt. */
  commit(): Promise<void> {
    return this.#end('commit', true);
  }

  abort(): Promise<void> {
    return this.#end('abort', false);
  }

  async #end(name: string, isCommitted: boolean): Promise<void> {
    const { cluster } = this.#wire;
    // The coordinator has not heard of a transaction that nothing joined.
    if (this.#added.size === 0 && !this.#hasOffsets) return;
    await this.#wire.ask(coordinatorOf(this.#wire, this.#producer.id), `EndTxn ${name}`, () =>
      cluster.transactions.end(this.#producer, isCommitted),
    );
  }

  #coordinate(name: string, act: (transactions: Wire['cluster']['transactions']) => void): Promise<void> {
    const { cluster } = this.#wire;
    const node = coordinatorOf(this.#wire, this.#producer.id);
    return this.#wire.patiently(() => this.#wire.ask(node, name, () => act(cluster.transactions)));
  }

  #produce({ topic, partition, records }: Share): Promise<Produced> {
    const { cluster } = this.#wire;
    const log = cluster.log({ topic, partition });
    const sequence = `${laneOf({ topic, partition })}#${this.#sequence++}`;
    return this.#wire.patiently(() =>
      this.#wire.call<Produced>(cluster.leaderOf({ topic, partition }), {
        name: 'Produce',
        serve: (respond) =>
          cluster.transactions.produce(this.#producer, { log, records, sequence }, (outcome) => {
            respond('error' in outcome ? outcome : { value: { topic, partition, ...outcome.value } });
          }),
      }),
    );
  }
}

interface SentOffsets {
  readonly consumerGroupId: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly offset: string;
      readonly metadata?: string | null;
    }[];
  }[];
}

function coordinatorOf(wire: Wire, transactionalId: string): SimNode {
  return wire.cluster.leaderOf({ topic: transactionalId, partition: 0 });
}

function sharesOf(topicMessages: readonly TopicMessages[]): Share[] {
  const shares = new Map<string, Share & { readonly records: ProduceRecord[] }>();
  for (const { topic, messages } of topicMessages)
    for (const message of messages) {
      const partition = message.partition ?? 0;
      const lane = laneOf({ topic, partition });
      const share = shares.get(lane) ?? { topic, partition, records: [] };
      shares.set(lane, share);
      share.records.push(recordOf(topic, message));
    }
  return [...shares.values()];
}

function byLeader(wire: Wire, shares: readonly Share[]): Map<SimNode, Share[]> {
  const found = new Map<SimNode, Share[]>();
  for (const share of shares) {
    const leader = wire.cluster.leaderOf(share);
    found.set(leader, [...(found.get(leader) ?? []), share]);
  }
  return found;
}

function recordOf(topic: string, { key, value, headers, timestamp }: Message): ProduceRecord {
  return {
    topic,
    // The adapter makes Buffers of everything.
    key: key as Buffer | null,
    value: value as Buffer | null,
    ...(headers === undefined ? {} : { headers: headers as Record<string, Buffer> }),
    ...(timestamp === undefined ? {} : { timestamp: Number(timestamp) }),
  };
}

function metadataOf({ topic, partition, baseOffset }: Produced): RecordMetadata {
  return { topicName: topic, partition, errorCode: 0, baseOffset: String(baseOffset) };
}
