/**
 * Runs tasks one after another, in the order they were given. A shard's batches, heartbeats and checkpoints share one,
 * so that no two of them ever see its memory at once.
 */
export class Serial {
  #tail: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(task);
    // A failed task must not keep the ones behind it from running; its own caller gets the failure.
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
