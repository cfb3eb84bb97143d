/**
 * Keeps what is sent to one partition in order: one send at a time per lane, sends with no lane in common side by side.
 * A send that fails takes those queued behind it in one of its lanes with it: they were issued by somebody who did not
 * know yet, and nothing newer may reach a partition before what is missing there (protocol.md BATCH 2). Sends issued after
 * the failure are free to go.
 */
export class Lanes {
  /** The last send queued in each lane; absent when the lane is free. */
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Queues in all lanes in the tick of the call, so the order of the calls is the order of the sends. */
  run<T>(lanes: readonly string[], send: () => Promise<T>): Promise<T> {
    const before = lanes.flatMap((lane) => this.#tails.get(lane) ?? []);
    const sent = Promise.all(before).then(send);
    for (const lane of lanes) this.#tails.set(lane, sent);
    const free = (): void => {
      for (const lane of lanes) if (this.#tails.get(lane) === sent) this.#tails.delete(lane);
    };
    sent.then(free, free);
    return sent;
  }

  /** Resolves when nothing is queued any more. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.allSettled(this.#tails.values());
  }
}
