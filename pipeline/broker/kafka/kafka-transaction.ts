import type { Producer as Client, Kafka } from 'kafkajs';
import { TocsinError } from '../../../schemas/errors.ts';
import type { Acknowledged, Producer, Transaction } from '../broker.ts';
import { brokerError } from './broker-error.ts';
import { transactionRetry } from './client.ts';
import type { OnCluster } from './cluster-names.ts';
import { sendError } from './kafka-producer.ts';
import { OpenTransaction } from './open-transaction.ts';
import { type PartitionCount, Placement } from './parcels.ts';

/** How long the transaction of a dead worker can hold read_committed readers up, when nobody takes over its id. */
const transactionTimeoutMs = 30_000;

export interface TransactionalOptions {
  readonly kafka: Kafka;
  readonly transactionalId: string;
  readonly partitions: PartitionCount;
  readonly named: OnCluster;
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
  readonly #named: OnCluster;
  #connected: Promise<void> | null = null;
  #open: OpenTransaction | null = null;
  #broken: TocsinError | null = null;
  #isClosed = false;

  constructor({ kafka, transactionalId, partitions, named }: TransactionalOptions) {
    this.#transactionalId = named(transactionalId);
    this.#named = named;
    this.#placement = new Placement(partitions);
    this.#client = kafka.producer({
      transactionalId: this.#transactionalId,
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
    const client = await this.#guarded('beginning', async () => {
      this.#connected ??= this.#client.connect();
      await this.#connected;
      return this.#client.transaction();
    });
    this.#open = new OpenTransaction(client, {
      placement: this.#placement,
      named: this.#named,
      guarded: (what, step) => this.#guarded(what, step),
    });
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
  async #guarded<T>(what: string, step: () => Promise<T>): Promise<T> {
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
