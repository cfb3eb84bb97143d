interface Failure {
  readonly error: unknown;
  /** Number of failures before and with this one. */
  readonly number: number;
}

/**
 * Keeps what is sent to one partition in order: one send at a time per lane, sends with no lane in common side by side.
 * A send that fails takes those with it that go to one of its lanes and were issued before it had failed: whoever issued
 * them did not know yet, and nothing newer may reach a partition before what is missing there (protocol.md BATCH 2).
 * Sends issued after the failure are free to go.
 */
export class Lanes {
  /** The last send queued in each lane; absent when the lane is free. Settles, never rejects. */
  readonly #tails = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, Failure>();
  #failureCount = 0;

  /** Marks the moment at which a send is issued. */
  issue(): number {
    return this.#failureCount;
  }

  /** Queues in all lanes in the tick of the call, so the order of the calls is the order of the sends. */
  run<T>(lanes: readonly string[], issued: number, send: () => Promise<T>): Promise<T> {
    const before = lanes.flatMap((lane) => this.#tails.get(lane) ?? []);
    const sent = Promise.all(before)
      .then(() => this.#assertNoGap(lanes, issued))
      .then(send)
      .catch((error: unknown) => this.#fail(lanes, error));
    const tail: Promise<void> = sent.then(
      () => this.#free(lanes, tail),
      () => this.#free(lanes, tail),
    );
    for (const lane of lanes) this.#tails.set(lane, tail);
    return sent;
  }

  /** Resolves when nothing is queued any more. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }

  #assertNoGap(lanes: readonly string[], issued: number): void {
    for (const lane of lanes) {
      const failure = this.#failures.get(lane);
      if (failure !== undefined && failure.number > issued) throw failure.error;
    }
  }

  #fail(lanes: readonly string[], error: unknown): never {
    this.#failureCount += 1;
    for (const lane of lanes) this.#failures.set(lane, { error, number: this.#failureCount });
    throw error;
  }

  #free(lanes: readonly string[], tail: Promise<void>): void {
    for (const lane of lanes) if (this.#tails.get(lane) === tail) this.#tails.delete(lane);
  }
}
