import type { Clock } from '../time/index.ts';
import { Appender } from './appender.ts';
import type {
  Admin,
  Broker,
  Consumer,
  ConsumerOptions,
  LogRecord,
  OffsetRange,
  Producer,
  TopicPartition,
} from './broker.ts';
import { Delivery } from './delivery.ts';
import { embeddedAdmin } from './embedded-admin.ts';
import { EmbeddedConsumer } from './embedded-consumer.ts';
import { EmbeddedProducer } from './embedded-producer.ts';
import { Group } from './group.ts';
import { type Retain, Retainer } from './retainer.ts';
import { TopicCatalog } from './topic-catalog.ts';
import { TransactionCoordinator } from './transaction.ts';

export interface EmbeddedBrokerOptions {
  /** Gives append times, retention and the session timeout. */
  readonly clock: Clock;
  /** Default `all`. See `Retain` for what the others give up. */
  readonly retain?: Retain;
  /** Per partition of a topic that no group reads; only without `retain: 'all'`. */
  readonly maxRetainedRecords?: number;
  /** A member that takes longer to let go of its partitions in a rebalance is presumed dead. */
  readonly sessionTimeoutMs?: number;
  /** A compacted partition is cleaned at the latest after twice as many new records; the newest stay uncleaned. */
  readonly compactAfterRecords?: number;
}

/**
 * A broker inside this process: Kafka's semantics on plain arrays, without copies of values. Equal calls on a virtual
 * clock give equal batches in equal order. It outlives the workers that use it; nothing is written to disk.
 */
export class EmbeddedBroker implements Broker {
  readonly admin: Admin;
  readonly #clock: Clock;
  readonly #sessionTimeoutMs: number;
  readonly #delivery = new Delivery();
  readonly #groups = new Map<string, Group>();
  readonly #retainer: Retainer;
  readonly #catalog: TopicCatalog;
  readonly #appender: Appender;
  readonly #transactions: TransactionCoordinator;

  constructor(options: EmbeddedBrokerOptions) {
    this.#clock = options.clock;
    this.#sessionTimeoutMs = options.sessionTimeoutMs ?? 10_000;
    this.#retainer = new Retainer(options.retain ?? 'all', options.maxRetainedRecords ?? 10_000);
    this.#catalog = new TopicCatalog({ compactAfterRecords: options.compactAfterRecords ?? 1_024 });
    this.#appender = new Appender(this.#catalog, this.#clock, this.#retainer);
    this.#transactions = new TransactionCoordinator({
      appender: this.#appender,
      catalog: this.#catalog,
      retainer: this.#retainer,
      groupOffsets: (group) => this.#group(group).offsets,
    });
    this.admin = embeddedAdmin({
      catalog: this.#catalog,
      groups: this.#groups,
      retainer: this.#retainer,
    });
  }

  producer(options: { readonly transactionalId?: string } = {}): Producer {
    return new EmbeddedProducer({
      appender: this.#appender,
      transactions: this.#transactions,
      transactionalId: options.transactionalId ?? null,
    });
  }

  consumer(options: ConsumerOptions): Consumer {
    const services = {
      catalog: this.#catalog,
      delivery: this.#delivery,
      retainer: this.#retainer,
      group: (id: string) => this.#group(id),
    };
    return new EmbeddedConsumer(services, options);
  }

  async read(range: OffsetRange, onRecords: (records: readonly LogRecord[]) => void): Promise<void> {
    const log = this.#catalog.log(range);
    const limits = { maxRecords: 1_000, maxBytes: 1 << 20, isCommittedOnly: true };
    const end = Math.min(range.to, log.lastStable);
    for (let position = Math.max(range.from, log.low); position < end; ) {
      const { records, next } = log.read(position, limits);
      const inside = records.filter(({ offset }) => offset < end);
      if (inside.length > 0) onRecords(inside);
      position = next;
      // Whoever reads much lets others have their turn.
      await Promise.resolve();
    }
  }

  /** Stops every consumer and forgets all topics. For whoever made the broker, not for one of several workers on it. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#groups.values(), (group) => group.stopAll()));
    this.#catalog.clear();
  }

  /**
   * Resolves when every started consumer has handled everything it may see in its partitions that are not paused, and
   * no rebalance is going on. A few microtasks when there is nothing to do. Replay moves its clock only then.
   */
  idle(): Promise<void> {
    return this.#delivery.idle();
  }

  /** Frees the records of a partition below `offset` (Kafka's DeleteRecords); never past its last stable offset. */
  deleteRecordsBefore(partition: TopicPartition, offset: number): void {
    this.#catalog.log(partition).dropBelow(offset);
  }

  /** Records in memory, of one partition; gaps in the offsets do not count. */
  retainedRecords(partition: TopicPartition): number {
    return this.#catalog.log(partition).retained;
  }

  /**
   * Presumes a consumer dead, as a broker does when heartbeats stop: others get its partitions at once, its commits are
   * refused, its `onRevoked` is not called, and what its handlers still do is the work of a zombie.
   */
  expireSession(consumer: Consumer): void {
    if (consumer instanceof EmbeddedConsumer) consumer.expire();
  }

  #group(id: string): Group {
    let group = this.#groups.get(id);
    if (group === undefined) {
      group = new Group({
        clock: this.#clock,
        delivery: this.#delivery,
        sessionTimeoutMs: this.#sessionTimeoutMs,
      });
      this.#groups.set(id, group);
    }
    return group;
  }
}
