import type { Kinded } from '../../operators/operator.ts';
import type { Shard } from '../shard/index.ts';
import type { Clock } from '../time/index.ts';

export interface PortionsOptions {
  readonly shard: Pick<Shard<Kinded>, 'goOn'>;
  readonly clock: Clock;
  readonly timersAtOnce?: number | undefined;
  /** Sends what has come out so far; null where it must leave together with the rest. */
  readonly send: (() => Promise<void>) | null;
  readonly isReleased: () => boolean;
}

/** Some ten milliseconds' work: a timer of RELATE closes a fingerprint, one of REDUCE states sixteen runs. */
export const usualTimers = 100;

/**
 * A cell that ends has its say about every alert in it, which takes seconds where there are many. It is said in portions:
 * between two of them the group hears from us, probes are answered and other shards go on. Nothing of the shard's own comes
 * between, so that what it states, and in which order, is the same as if it had not paused.
 */
export class Portions {
  readonly timersAtOnce: number;
  readonly #options: PortionsOptions;
  #pausedMs = 0;

  constructor(options: PortionsOptions) {
    this.#options = options;
    this.timersAtOnce = options.timersAtOnce ?? usualTimers;
  }

  /** Wall time that pauses have taken so far. */
  get pausedMs(): number {
    return this.#pausedMs;
  }

  /** Goes on, a portion at a time, with what the shard has stopped at; false when it was let go of before the end. */
  async finish(): Promise<boolean> {
    const { shard, isReleased } = this.#options;
    do {
      await this.#pause();
      if (isReleased()) return false;
    } while (!shard.goOn(this.timersAtOnce));
    return true;
  }

  async #pause(): Promise<void> {
    const { clock, send } = this.#options;
    const startedAt = performance.now();
    // What waits to be sent is memory. It may leave before its record is done, as any output may before a checkpoint.
    await send?.();
    await clock.turn();
    this.#pausedMs += performance.now() - startedAt;
  }
}
