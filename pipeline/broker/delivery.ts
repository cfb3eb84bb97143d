/** Somebody with a batch to hand over. */
export interface Deliverable {
  /** Hands one batch over, if there is one; returns how many records it held. */
  deliver(): number;
}

/** Records handed over in microtasks before timers and sockets get a turn: a few milliseconds of work. */
const recordsPerTurn = 4_096;
/** What a batch counts for besides its records, so that many small ones do not starve the event loop either. */
const recordsPerBatch = 32;

/**
 * Decides when batches are handed over, and knows when everything has been. Readers with work queue up and are served
 * first come, first served in a microtask; after `recordsPerTurn` the next ones wait for setImmediate. The count, not a
 * clock, decides, so equal calls give equal order. Nothing polls.
 */
export class Delivery {
  #queue: Deliverable[] = [];
  #isScheduled = false;
  #handedOver = 0;
  /** Readers queued or at work, rebalances and departures under way: what `idle` waits for. */
  #held = 0;
  #waiters: (() => void)[] = [];

  /** Announces work; every `hold` is followed by one `release`. */
  hold(): void {
    this.#held += 1;
  }

  release(): void {
    this.#held -= 1;
    if (this.#held > 0 || this.#waiters.length === 0) return;
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }

  /** Holds while `work` goes on. */
  async during<T>(work: Promise<T>): Promise<T> {
    this.hold();
    try {
      return await work;
    } finally {
      this.release();
    }
  }

  enqueue(reader: Deliverable): void {
    this.#queue.push(reader);
    this.#schedule();
  }

  /** Resolves when nothing is held; looks again after each wake-up, since whoever was woken first may have caused work. */
  async idle(): Promise<void> {
    while (this.#held > 0) await new Promise<void>((wake) => this.#waiters.push(wake));
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    if (this.#handedOver < recordsPerTurn) queueMicrotask(this.#drain);
    else {
      this.#handedOver = 0;
      setImmediate(this.#drain);
    }
  }

  readonly #drain = (): void => {
    const queue = this.#queue;
    this.#queue = [];
    let next = 0;
    for (const reader of queue) {
      if (this.#handedOver >= recordsPerTurn) break;
      next += 1;
      this.#handedOver += reader.deliver() + recordsPerBatch;
    }
    // Who is left over keeps its place before those that queued up meanwhile.
    if (next < queue.length) this.#queue = [...queue.slice(next), ...this.#queue];
    this.#isScheduled = false;
    if (this.#queue.length > 0) this.#schedule();
  };
}
