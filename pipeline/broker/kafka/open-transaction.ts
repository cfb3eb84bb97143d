import type { Transaction as Client } from 'kafkajs';
import { TocsinError } from '../../../schemas/errors.ts';
import type { Acknowledged, OffsetCommit, ProduceRecord, Transaction } from '../broker.ts';
import { assertMetadataFits } from '../group-offsets.ts';
import { type SendMessages, sendAcknowledged } from './acknowledged-send.ts';
import { hasType } from './broker-error.ts';
import type { OnCluster } from './cluster-names.ts';
import { topicsOf } from './group-commits.ts';
import { type Consignment, type Placement, sumOf } from './parcels.ts';
import { alreadyGrouped } from './plain-client.ts';

export interface Around {
  readonly placement: Placement;
  readonly named: OnCluster;
  /** Runs one step of a transaction; its failure is the end of the producer. */
  readonly guarded: <T>(what: string, step: () => Promise<T>) => Promise<T>;
}

/** Tries of `sendOffsets` while the coordinator still completes the transaction before; about a second in all. */
const maxOffsetAttempts = 20;
const offsetRetryMs = 50;

/** One transaction of a `KafkaTransactionalProducer`. */
export class OpenTransaction implements Transaction {
  readonly #client: Client;
  readonly #around: Around;
  #isOpen = true;

  constructor(client: Client, around: Around) {
    this.#client = client;
    this.#around = around;
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
    const consignments = await this.#around.placement.place(records);
    this.#assertOpen();
    return this.#around.guarded('sending', async () => {
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
    const consumerGroupId = this.#around.named(group);
    await this.#around.guarded('sending offsets', () =>
      whileConcurrent(() => this.#client.sendOffsets({ consumerGroupId, topics })),
    );
  }

  async commit(): Promise<void> {
    this.#assertOpen();
    this.#isOpen = false;
    await this.#around.guarded('committing', () => this.#client.commit());
  }

  async abort(): Promise<void> {
    this.#assertOpen();
    this.#isOpen = false;
    await this.#around.guarded('aborting', () => this.#client.abort());
  }

  async #dispatch({ parcels }: Consignment): Promise<Acknowledged[]> {
    const send: SendMessages = (topicMessages) =>
      this.#client.sendBatch({ acks: -1, topicMessages: alreadyGrouped(topicMessages) });
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
