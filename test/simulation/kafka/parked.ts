import type { PartitionLog } from '../../../pipeline/broker/partition-log.ts';
import type { Outcome } from '../machine/network.ts';
import { KafkaError } from './kafka-error.ts';
import type { FetchAnswer } from './sim-cluster.ts';

export interface Asked {
  readonly from: number;
  readonly isCommittedOnly: boolean;
  readonly maxRecords: number;
}

const maxBytes = 262_144;

/** A fetch request at the leader, which waits there until there is something to answer. */
export class Parked {
  readonly #log: PartitionLog;
  readonly #asked: Asked;
  readonly #respond: (outcome: Outcome<FetchAnswer>) => void;
  #isWatching = false;
  #isAnswered = false;

  constructor(log: PartitionLog, respond: (outcome: Outcome<FetchAnswer>) => void, asked: Asked) {
    this.#log = log;
    this.#asked = asked;
    this.#respond = respond;
  }

  /** Answers if there is anything, else waits for the log to grow. */
  readonly look = (): void => {
    const { from, isCommittedOnly } = this.#asked;
    if (from < this.#log.low || from > this.#log.high) {
      this.#answer({ error: new KafkaError('OFFSET_OUT_OF_RANGE') });
      return;
    }
    if (this.#log.hasWorkAt(from, isCommittedOnly)) {
      const { records, next } = this.#log.read(from, { ...this.#asked, maxBytes });
      this.#answer({ value: { fetched: from, next, records, highWatermark: this.#log.high } });
    } else if (!this.#isWatching) {
      this.#isWatching = true;
      this.#log.watch(this.look);
    }
  };

  /** Its time is up: answers with nothing. */
  readonly leave = (): void => {
    const { from } = this.#asked;
    this.#answer({ value: { fetched: from, next: from, records: [], highWatermark: this.#log.high } });
  };

  #answer(outcome: Outcome<FetchAnswer>): void {
    if (this.#isWatching) this.#log.unwatch(this.look);
    this.#isWatching = false;
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    this.#respond(outcome);
  }
}
