import type { Kafka } from 'kafkajs';
import type {
  Admin,
  Broker,
  Consumer,
  ConsumerOptions,
  LogRecord,
  OffsetRange,
  Producer,
} from '../../../pipeline/broker/index.ts';
import { KafkaConsumer } from '../../../pipeline/broker/kafka/kafka-consumer.ts';
import { KafkaProducer } from '../../../pipeline/broker/kafka/kafka-producer.ts';
import { KafkaTransactionalProducer } from '../../../pipeline/broker/kafka/kafka-transaction.ts';
import { readRange } from '../../../pipeline/broker/kafka/read-range.ts';
import { SimAdmin } from './sim-admin.ts';
import { SimMember } from './sim-member.ts';
import { plainSend, transactionalKafka } from './sim-producing.ts';
import type { Wire } from './wire.ts';

/**
 * The Kafka form of the broker port in one process, with everything of it but kafkajs: the consumer with its readers, the
 * producers with their lanes, the commits are those of production.
 */
export class SimBroker implements Broker {
  readonly admin: Admin;
  readonly #admin: SimAdmin;
  readonly #wire: Wire;
  readonly #open = new Set<{ close(): Promise<void> }>();

  constructor(wire: Wire) {
    this.#wire = wire;
    this.#admin = new SimAdmin(wire);
    // The rest is for commands that look after topics; no worker calls it.
    this.admin = this.#admin as Partial<Admin> as Admin;
  }

  producer({ transactionalId }: { readonly transactionalId?: string } = {}): Producer {
    const partitions = (topic: string): Promise<number> => this.#admin.knownPartitions(topic);
    if (transactionalId === undefined)
      return this.#track(new KafkaProducer({ send: plainSend(this.#wire), partitions }));
    const kafka = transactionalKafka(this.#wire, transactionalId);
    return this.#track(
      new KafkaTransactionalProducer({ kafka, transactionalId, partitions, named: (name) => name }),
    );
  }

  consumer(options: ConsumerOptions): Consumer {
    const consumer = new KafkaConsumer(options, {
      admin: this.#admin,
      timings: this.#wire.cluster.options.habits,
      openMember: (member) => new SimMember(member, this.#wire),
      // Only the member speaks to kafkajs.
      kafka: {} as Kafka,
    });
    this.#track({ close: () => consumer.stop() });
    return consumer;
  }

  read(range: OffsetRange, onRecords: (records: readonly LogRecord[]) => void): Promise<void> {
    return readRange({ range, onRecords }, { admin: this.#admin, open: (options) => this.consumer(options) });
  }

  async close(): Promise<void> {
    await Promise.all(Array.from(this.#open, (one) => one.close()));
    this.#open.clear();
  }

  #track<T extends { close(): Promise<void> }>(one: T): T {
    this.#open.add(one);
    return one;
  }
}
