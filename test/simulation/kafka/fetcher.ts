import type { TopicPartition } from '../../../pipeline/broker/index.ts';
import { laneOf } from '../../../pipeline/broker/kafka/acknowledged-send.ts';
import type { GroupEvents } from '../../../pipeline/broker/kafka/group-events.ts';
import { KafkaError } from './kafka-error.ts';
import type { FetchAnswer } from './sim-cluster.ts';
import type { Wire } from './wire.ts';

export interface FetcherOptions {
  readonly place: TopicPartition;
  readonly isCommittedOnly: boolean;
  readonly events: GroupEvents;
}

/** Pause after a fetch that was not answered. */
const refetchMs = 100;

/**
 * Fetches one partition as kafkajs does: one request at a time, and what was asked for before a seek may be handed over
 * after it. A request that finds nothing is parked at the server instead of being asked again every 50 ms.
 */
export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #wire: Wire;
  #position: number | null = null;
  #isPaused = true;
  #isUnderWay = false;
  #seeks = 0;
  #isClosed = false;
  /** Has the server answer at once, with nothing. */
  #unpark: () => void = () => {};

  constructor(options: FetcherOptions, wire: Wire) {
    this.#options = options;
    this.#wire = wire;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#fetch();
  }

  seek(offset: number): void {
    this.#position = offset;
    this.#seeks += 1;
    this.#unpark();
    this.#fetch();
  }

  close(): void {
    this.#isClosed = true;
    this.#unpark();
  }

  #fetch(): void {
    if (this.#isClosed || this.#isPaused || this.#isUnderWay || this.#position === null) return;
    this.#isUnderWay = true;
    const seeks = this.#seeks;
    this.#request(this.#position).then(
      (answer) => this.#arrived(answer, seeks === this.#seeks),
      (error: unknown) => this.#failed(error),
    );
  }

  #request(from: number): Promise<FetchAnswer> {
    const { place, isCommittedOnly } = this.#options;
    const { cluster } = this.#wire;
    const seeks = this.#seeks;
    return this.#wire.call<FetchAnswer>(cluster.leaderOf(place), {
      name: 'Fetch',
      timeoutMs: Number.POSITIVE_INFINITY,
      serve: (respond) => {
        const park = cluster.fetch(place, { from, isCommittedOnly }, respond);
        if (seeks === this.#seeks && !this.#isClosed) this.#unpark = park.leave;
        else park.leave();
      },
    });
  }

  #arrived(answer: FetchAnswer, isNewest: boolean): void {
    this.#isUnderWay = false;
    if (this.#isClosed || isNewest || this.#isHandedOver(answer)) this.#handOver(answer);
    if (isNewest && !this.#isClosed && this.#position === answer.fetched) this.#position = answer.next;
    this.#fetch();
  }

  #handOver(answer: FetchAnswer): void {
    const { place, events } = this.#options;
    if (answer.records.length > 0) events.fetched(place, answer);
    else if (answer.next > answer.fetched) events.skipped(place, answer.fetched, answer.next - 1);
  }

  /** Of what was fetched before a seek some is thrown away, some is not. */
  #isHandedOver({ records }: FetchAnswer): boolean {
    const { random, journal } = this.#wire.cluster.options;
    if (records.length === 0 || !random.chance(0.5)) return false;
    journal.fault('stale fetch', () => laneOf(this.#options.place));
    return true;
  }

  #failed(error: unknown): void {
    void this.#wire.pause(refetchMs).then(() => {
      this.#isUnderWay = false;
      if (this.#isClosed) return;
      if (error instanceof KafkaError) this.#options.events.outOfRange(this.#options.place);
      this.#fetch();
    });
  }
}
