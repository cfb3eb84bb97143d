import { randomUUID } from 'node:crypto';
import type { Broker, Consumer } from '../../../pipeline/broker/index.ts';
import { framedLength } from '../../../pipeline/registry/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { comparePlaces, type Place } from '../../../schemas/place.ts';
import { topics } from '../../../schemas/topics.ts';
import { Books } from '../verify/books.ts';
import { deadLetterPlace } from '../verify/reading.ts';

/** Follows a run from outside, as any consumer may: how many alerts have had their outcome so far. */
export class Watch {
  readonly #broker: Broker;
  readonly #books = new Books();
  readonly #marks = new Map<number, Place>();
  #consumer: Consumer | null = null;

  constructor(broker: Broker) {
    this.#broker = broker;
  }

  async start(): Promise<void> {
    const consumer = this.#broker.consumer({
      group: `chaos-watch-${randomUUID()}`,
      topics: [topics.decisions.name, topics.deadLetters.name],
      maxBatchRecords: 2_000,
      maxBatchBytes: 1 << 20,
      isolation: 'read_committed',
    });
    this.#consumer = consumer;
    const positions = new Map<string, number>();
    await consumer.start({
      // It commits nothing: after a rebalance (the broker was away) it goes on where it was.
      onAssigned: async (assigned) => {
        for (const place of assigned) {
          const { low } = await this.#broker.admin.watermarks(place);
          consumer.seek(place, positions.get(`${place.topic}/${place.partition}`) ?? low);
        }
      },
      onRevoked: async () => {},
      onBatch: async ({ topic, partition, records }) => {
        for (const { value, headers, offset } of records) {
          if (topic === topics.deadLetters.name) this.#books.deadLetter(deadLetterPlace(headers));
          else if (value !== null) this.#decision(partition, value);
          positions.set(`${topic}/${partition}`, offset + 1);
        }
      },
      onFailure: (error) => {
        throw error;
      },
    });
  }

  get accounted(): number {
    return this.#books.accounted;
  }

  /** Records that the raw topic holds. */
  async published(): Promise<number> {
    return (await this.ends([topics.raw.name])).reduce((sum, end) => sum + end, 0);
  }

  /** Ends of all partitions of the topics. */
  async ends(names: readonly string[]): Promise<readonly number[]> {
    const ends: number[] = [];
    for (const topic of names) {
      const partitions = await this.#broker.admin.partitions(topic);
      for (let partition = 0; partition < partitions; partition += 1)
        ends.push((await this.#broker.admin.watermarks({ topic, partition })).high);
    }
    return ends;
  }

  async stop(): Promise<void> {
    await this.#consumer?.stop();
  }

  #decision(partition: number, value: Uint8Array): void {
    const decision = codecs.decisions.decode(value, framedLength);
    const mark = this.#marks.get(partition);
    if (mark !== undefined && comparePlaces(decision.origin, mark) <= 0) return;
    this.#marks.set(partition, decision.origin);
    this.#books.decision(decision);
  }
}
