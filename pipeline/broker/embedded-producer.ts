import { TocsinError } from '../../schemas/errors.ts';
import type { Appender } from './appender.ts';
import type { Acknowledged, ProduceRecord, Producer, Transaction } from './broker.ts';
import type { EmbeddedTransaction, TransactionCoordinator } from './transaction.ts';

export interface ProducerOptions {
  readonly appender: Appender;
  readonly transactions: TransactionCoordinator;
  readonly transactionalId: string | null;
}

/** A producer of the embedded broker. Sends take effect in the tick of the call. */
export class EmbeddedProducer implements Producer {
  readonly #options: ProducerOptions;
  /** Epoch of its transactional id; taken by the first `begin`, as with kafkajs. */
  #epoch: number | null = null;
  #open: EmbeddedTransaction | null = null;
  #isClosed = false;

  constructor(options: ProducerOptions) {
    this.#options = options;
  }

  async send(records: readonly ProduceRecord[]): Promise<readonly Acknowledged[]> {
    this.#assertOpen();
    if (this.#options.transactionalId !== null) {
      throw new TocsinError('broker.wrong-state', 'a transactional producer sends inside transactions only');
    }
    return this.#options.appender.append(records, null);
  }

  async begin(): Promise<Transaction> {
    this.#assertOpen();
    const { transactionalId: id, transactions } = this.#options;
    if (id === null) throw new TocsinError('broker.wrong-state', 'the producer has no transactional id');
    this.#epoch ??= transactions.fence(id);
    this.#open = transactions.begin(id, this.#epoch);
    return this.#open;
  }

  /** Aborts the open transaction, if any. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#open?.end(false);
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new TocsinError('broker.wrong-state', 'the producer is closed');
  }
}
