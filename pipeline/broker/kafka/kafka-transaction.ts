import type { Producer as Client, Transaction as ClientTransaction, Kafka } from 'kafkajs';
import { TocsinError } from '../../../schemas/errors.ts';
import type { Acknowledged, OffsetCommit, ProduceRecord, Producer, Transaction } from '../broker.ts';
import { assertMetadataFits } from '../group-offsets.ts';
import { sendAcknowledged } from './acknowledged-send.ts';
import { brokerError, hasType } from './broker-error.ts';
import { transactionRetry } from './client.ts';
import { topicsOf } from './group-commits.ts';
import { sendError } from './kafka-producer.ts';
import { type Consignment, type PartitionCount, Placement, sumOf } from './parcels.ts';

/** How long the transaction of a dead worker can hold read_committed readers up, when nobody takes over its id. */
const transactionTimeoutMs = 30_000;

/** Tries of `sendOffsets` while the coordinator still completes the transaction before; about a second in all. */
const maxOffsetAttempts = 20;
const offsetRetryMs = 50;

export interface TransactionalOptions {
  readonly kafka: Kafka;
  readonly transactionalId: string;
  readonly partitions: PartitionCount;
}

/**
 * A producer with a transactional id.
 *
 *   fresh ──begin (fences)──▶ ready ◀──begin / commit, abort──▶ open
 *                               └──────── any error ──────────────┴──▶ broken
 *
 * A broken one stays broken, and rejects with what broke it. After a failed send kafkajs gives its sequence numbers away
 * again, so the next batch of the same size is acknowledged as a repeat and lost; and a producer that renewed itself
 * would fence its own successor. Whoever still owns the shard makes a new one.
 */
export class KafkaTransactionalProducer implements Producer {
  readonly #client: Client;
  readonly #transactionalId: string;
  readonly #placement: Placement;
  #connected: Promise<void> | null = null;
  #open: KafkaTransaction | null = null;
  #broken: TocsinError | null = null;
  #isClosed = false;

  constructor({ kafka, transactionalId, partitions }: TransactionalOptions) {
    this.#transactionalId = transactionalId;
    this.#placement = new Placement(partitions);
    this.#client = kafka.producer({
      transactionalId,
      transactionTimeout: transactionTimeoutMs,
      retry: transactionRetry,
      allowAutoTopicCreation: false,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
  }

  async send(): Promise<readonly Acknowledged[]> {
    throw new TocsinError('broker.wrong-state', 'a transactional producer sends inside transactions only');
  }

  async begin(): Promise<Transaction> {
    this.#assertUsable();
    if (this.#open?.isOpen === true) {
      throw new TocsinError('broker.wrong-state', `${this.#transactionalId} has a transaction open already`);
    }
    const client = await this.guarded('beginning', async () => {
      this.#connected ??= this.#client.connect();
      await this.#connected;
      return this.#client.transaction();
    });
    this.#open = new KafkaTransaction(this, client, this.#placement);
    return this.#open;
  }

  /** Aborts the open transaction, if any. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#open?.isOpen === true && this.#broken === null) {
      await this.#open.abort().catch(() => undefined);
    }
    if (this.#connected !== null) await this.#client.disconnect().catch(() => undefined);
  }

  /** Runs one step; its failure is the end of this producer. */
  async guarded<T>(what: string, step: () => Promise<T>): Promise<T> {
    if (this.#broken !== null) throw this.#broken;
    try {
      return await step();
    } catch (error) {
      this.#broken = what === 'sending' ? sendError(error) : brokerError(error, what);
      throw this.#broken;
    }
  }

  #assertUsable(): void {
    if (this.#isClosed) throw new TocsinError('broker.wrong-state', 'the producer is closed');
    if (this.#broken !== null) throw this.#broken;
  }
}

class KafkaTransaction implements Transaction {
  readonly #producer: KafkaTransactionalProducer;
  readonly #client: ClientTransaction;
  readonly #placement: Placement;
  #isOpen = true;

  constructor(producer: KafkaTransactionalProducer, client: ClientTransaction, placement: Placement) {
    this.#producer = producer;
    this.#client = client;
    this.#placement = placement;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * One request per partition. A request for several brokers is retried as a whole when one of them fails, while the
   * others may still be at work on it: they would store it twice, under new sequence numbers, in one transaction.
   */
  async send(records: readonly ProduceRecord[]): Promise<readonly Acknowledged[]> {
    this.#assertOpen();
    const consignments = await this.#placement.place(records);
    this.#assertOpen();
    return this.#producer.guarded('sending', async () => {
      const sent = await Promise.allSettled(consignments.map((one) => this.#dispatch(one)));
      return sumOf(
        sent.flatMap((one) => {
          if (one.status === 'rejected') throw one.reason;
          return one.value;
        }),
      );
    });
  }

  async sendOffsets(group: string, offsets: readonly OffsetCommit[]): Promise<void> {
    this.#assertOpen();
    for (const offset of offsets) assertMetadataFits(offset);
    const topics = topicsOf(offsets);
    await this.#producer.guarded('sending offsets', () =>
      whileConcurrent(() => this.#client.sendOffsets({ consumerGroupId: group, topics })),
    );
  }

  async commit(): Promise<void> {
    this.#assertOpen();
    this.#isOpen = false;
    await this.#producer.guarded('committing', () => this.#client.commit());
  }

  async abort(): Promise<void> {
    this.#assertOpen();
    this.#isOpen = false;
    await this.#producer.guarded('aborting', () => this.#client.abort());
  }

  async #dispatch({ parcels }: Consignment): Promise<Acknowledged[]> {
    const acknowledged: Acknowledged[] = [];
    for (const parcel of parcels) {
      const send = (topicMessages: Parameters<ClientTransaction['sendBatch']>[0]['topicMessages'] = []) =>
        this.#client.sendBatch({ acks: -1, topicMessages });
      acknowledged.push(...(await sendAcknowledged(send, [parcel])));
    }
    return acknowledged;
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw new TocsinError('broker.wrong-state', 'the transaction has ended');
  }
}

/**
 * kafkajs retries CONCURRENT_TRANSACTIONS for sends only, so offsets as the first act of a transaction would fail. The
 * coordinator has refused them, so trying again is no doubt's business.
 */
async function whileConcurrent(act: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (attempt === maxOffsetAttempts || !hasType(error, ['CONCURRENT_TRANSACTIONS'])) throw error;
      await new Promise((resolve) => setTimeout(resolve, offsetRetryMs));
    }
  }
}
