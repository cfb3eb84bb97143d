import type { Producer as Client, Kafka } from 'kafkajs';
import type {
  Admin,
  Broker,
  Consumer,
  ConsumerOptions,
  LogRecord,
  OffsetRange,
  Producer,
} from '../broker.ts';
import type { SendMessages } from './acknowledged-send.ts';
import { brokerError } from './broker-error.ts';
import { type KafkaConnection, openClient, transactionRetry } from './client.ts';
import { namesOn, type OnCluster } from './cluster-names.ts';
import type { GroupTimings } from './group-events.ts';
import { KafkaAdmin } from './kafka-admin.ts';
import { KafkaConsumer } from './kafka-consumer.ts';
import { KafkaProducer } from './kafka-producer.ts';
import { KafkaTransactionalProducer } from './kafka-transaction.ts';
import { adminThatSeesLogEnds } from './kafkajs-insides.ts';
import { plainClient, plainSend } from './plain-client.ts';
import { readRange } from './read-range.ts';
import { Sockets } from './sockets.ts';

export interface KafkaBrokerOptions extends KafkaConnection, Partial<GroupTimings> {
  /** First part of the names of groups and transactional ids on the cluster, in place of `tocsin`. */
  readonly groupPrefix?: string;
}

const defaultTimings: GroupTimings = {
  sessionTimeoutMs: 12_000,
  rebalanceTimeoutMs: 30_000,
  heartbeatMs: 500,
};

/**
 * Kafka through kafkajs 2.2.4, which nothing outside this folder knows of. Connects when it is first used. Where Kafka or
 * kafkajs falls short of the port, the file that makes up for it says so.
 */
export class KafkaBroker implements Broker {
  readonly admin: Admin;
  readonly #options: KafkaBrokerOptions;
  readonly #timings: GroupTimings;
  readonly #named: OnCluster;
  readonly #admin: KafkaAdmin;
  readonly #kafka: Kafka;
  readonly #sockets = new Sockets();
  readonly #open = new Set<{ close(): Promise<void> }>();
  #plain: Promise<Client> | null = null;

  constructor(options: KafkaBrokerOptions) {
    const { sessionTimeoutMs, rebalanceTimeoutMs, heartbeatMs } = { ...defaultTimings, ...options };
    this.#options = options;
    this.#timings = { sessionTimeoutMs, rebalanceTimeoutMs, heartbeatMs };
    this.#named = namesOn(options.groupPrefix ?? 'tocsin');
    this.#kafka = openClient(options, { sockets: this.#sockets });
    const forAdmin = openClient(options, { sockets: this.#sockets });
    this.#admin = new KafkaAdmin(adminThatSeesLogEnds(forAdmin), this.#named);
    this.admin = this.#admin;
  }

  /** Producers without a transactional id share their connections; each keeps its own order per partition. */
  producer({ transactionalId }: { readonly transactionalId?: string } = {}): Producer {
    const partitions = (topic: string): Promise<number> => this.#admin.knownPartitions(topic);
    if (transactionalId === undefined)
      return this.#track(new KafkaProducer({ send: this.#send, partitions }));
    const kafka = openClient(this.#options, { sockets: this.#sockets, retries: transactionRetry });
    const named = this.#named;
    return this.#track(new KafkaTransactionalProducer({ kafka, transactionalId, partitions, named }));
  }

  consumer(options: ConsumerOptions): Consumer {
    const kafka = openClient(this.#options, { sockets: this.#sockets });
    const onCluster = { ...options, group: this.#named(options.group) };
    const consumer = new KafkaConsumer(onCluster, { kafka, admin: this.#admin, timings: this.#timings });
    this.#track({ close: () => consumer.stop() });
    return consumer;
  }

  read(range: OffsetRange, onRecords: (records: readonly LogRecord[]) => void): Promise<void> {
    return readRange({ range, onRecords }, { admin: this.#admin, open: (options) => this.consumer(options) });
  }

  /** Stops what it made, then disconnects. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#open, (one) => one.close()));
    this.#open.clear();
    const plain = this.#plain;
    this.#plain = null;
    if (plain !== null) await plain.then((client) => client.disconnect()).catch(() => undefined);
    await this.#admin.close();
    this.#sockets.destroyAll();
  }

  readonly #send: SendMessages = async (topicMessages) => {
    const client = await this.#connectedProducer();
    return plainSend(client)(topicMessages);
  };

  #connectedProducer(): Promise<Client> {
    this.#plain ??= this.#connectProducer();
    return this.#plain;
  }

  async #connectProducer(): Promise<Client> {
    const client = plainClient(this.#kafka);
    try {
      await client.connect();
      return client;
    } catch (error) {
      this.#plain = null;
      throw brokerError(error, 'connecting');
    }
  }

  #track<T extends { close(): Promise<void> }>(one: T): T {
    this.#open.add(one);
    return one;
  }
}
