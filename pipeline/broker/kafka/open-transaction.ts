import type { Transaction as Client } from 'kafkajs';
import { TocsinError } from '../../../schemas/errors.ts';
import type { Acknowledged, OffsetCommit, ProduceRecord, Transaction } from '../broker.ts';
import { assertMetadataFits } from '../group-offsets.ts';
import { type SendMessages, sendAcknowledged } from './acknowledged-send.ts';
import { hasType } from './broker-error.ts';
import { topicsOf } from './group-commits.ts';
import { type Consignment, type Placement, sumOf } from './parcels.ts';

/** Runs one step of a transaction; its failure is the end of the producer. */
export type Guarded = <T>(what: string, step: () => Promise<T>) => Promise<T>;

/** Tries of `sendOffsets` while the coordinator still completes the transaction before; about a second in all. */
const maxOffsetAttempts = 20;
const offsetRetryMs = 50;

/** One transaction of a `KafkaTransactionalProducer`. */
export class OpenTransaction implements Transaction {
  readonly #guarded: Guarded;
  readonly #client: Client;
  readonly #placement: Placement;
  #isOpen = true;

  constructor(client: Client, placement: Placement, guarded: Guarded) {
    this.#client = client;
    this.#placement = placement;
    this.#guarded = guarded;
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
    return this.#guarded('sending', async () => {
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
    await this.#guarded('sending offsets', () =>
      whileConcurrent(() => this.#client.sendOffsets({ consumerGroupId: group, topics })),
    );
  }

  async commit(): Promise<void> {
    this.#assertOpen();
    this.#isOpen = false;
    await this.#guarded('committing', () => this.#client.commit());
  }

  async abort(): Promise<void> {
    this.#assertOpen();
    this.#isOpen = false;
    await this.#guarded('aborting', () => this.#client.abort());
  }

  async #dispatch({ parcels }: Consignment): Promise<Acknowledged[]> {
    const send: SendMessages = (topicMessages) => this.#client.sendBatch({ acks: -1, topicMessages });
    const acknowledged: Acknowledged[] = [];
    for (const parcel of parcels) acknowledged.push(...(await sendAcknowledged(send, [parcel])));
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
