import { TocsinError } from '../../../schemas/errors.ts';
import type { Acknowledged, ProduceRecord, Producer, Transaction } from '../broker.ts';
import { laneOf, type SendMessages, sendAcknowledged } from './acknowledged-send.ts';
import { brokerError } from './broker-error.ts';
import { Lanes } from './lanes.ts';
import { type Consignment, type PartitionCount, Placement, sumOf } from './parcels.ts';

export interface KafkaProducerOptions {
  readonly send: SendMessages;
  readonly partitions: PartitionCount;
}

/**
 * A producer without transactions. It is not idempotent in Kafka's sense: after a failed send kafkajs gives the same
 * sequence number to other records, and the broker takes those for repeats and acknowledges them without storing them.
 * Here a retry can repeat records and never lose them; ids and positions remove the repeats.
 */
export class KafkaProducer implements Producer {
  readonly #send: SendMessages;
  readonly #placement: Placement;
  readonly #lanes = new Lanes();
  #placed: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor({ send, partitions }: KafkaProducerOptions) {
    this.#send = send;
    this.#placement = new Placement(partitions);
  }

  async send(records: readonly ProduceRecord[]): Promise<readonly Acknowledged[]> {
    if (this.#isClosed) throw new TocsinError('broker.wrong-state', 'the producer is closed');
    const issued = this.#lanes.issue();
    // In turn: the first look-up of a topic takes a while, and a later call must not overtake it.
    const queued = this.#placed.then(async () => {
      const consignments = await this.#placement.place(records);
      const sent = this.#lanes.run(consignments.map(laneOf), issued, () => this.#dispatch(consignments));
      // Wrapped, or awaiting the place would await the answer too.
      return { sent };
    });
    this.#placed = queued.then(
      () => undefined,
      () => undefined,
    );
    const { sent } = await queued;
    return sent;
  }

  async begin(): Promise<Transaction> {
    throw new TocsinError('broker.wrong-state', 'the producer has no transactional id');
  }

  /** Waits for the sends under way. The connections are the broker's. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#placed;
    await this.#lanes.idle();
  }

  /** The first parcel of every partition, then the second one, and so on: one request in flight per partition. */
  async #dispatch(consignments: readonly Consignment[]): Promise<Acknowledged[]> {
    const acknowledged: Acknowledged[] = [];
    try {
      const rounds = Math.max(0, ...consignments.map(({ parcels }) => parcels.length));
      for (let round = 0; round < rounds; round += 1) {
        const parcels = consignments.flatMap((one) => one.parcels[round] ?? []);
        acknowledged.push(...(await sendAcknowledged(this.#send, parcels)));
      }
    } catch (error) {
      throw sendError(error);
    }
    return sumOf(acknowledged);
  }
}

/**
 * The topics were found before, so a broker that does not know one has not heard of it yet, or has just lost its leader.
 */
export function sendError(error: unknown): TocsinError {
  const mapped = brokerError(error, 'sending');
  if (mapped.code !== 'broker.unknown-topic') return mapped;
  return new TocsinError('broker.unavailable', mapped.detail, { cause: error });
}
