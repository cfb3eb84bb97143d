import type { Kinded } from '../../operators/operator.ts';
import type { Shard } from '../shard/index.ts';
import type { Clock } from '../time/index.ts';

export interface PortionsOptions {
  readonly shard: Pick<Shard<Kinded>, 'goOn'>;
  readonly clock: Clock;
  /** Whether a record is a matter of microseconds. */
  readonly isQuick: boolean;
  readonly atOnce?: number | undefined;
  /** Sends what has come out so far; null where it must leave together with the rest. */
  readonly send: (() => Promise<void>) | null;
  readonly isReleased: () => boolean;
}

/** Some ten milliseconds' work: a timer of RELATE closes a fingerprint, one of REDUCE states sixteen runs. */
export const usuallyAtOnce = 50;

/**
 * A cell that ends has its say about every alert in it, which takes seconds where there are many, and a batch of RELATE takes a
 * tenth of one. It is done in portions: between two of them the group hears from us, probes are answered and other shards go on.
 * Nothing of the shard's own comes between, so that what it states, and in which order, is the same as if it had not paused.
 */
export class Portions {
  /** So many timers fire in one go. */
  readonly timersAtOnce: number;
  /** So many records are stepped in one go. */
  readonly recordsAtOnce: number;
  readonly #options: PortionsOptions;
  #pausedMs = 0;

  constructor(options: PortionsOptions) {
    const { atOnce = usuallyAtOnce, isQuick } = options;
    this.#options = options;
    this.timersAtOnce = atOnce;
    this.recordsAtOnce = isQuick ? Number.POSITIVE_INFINITY : atOnce;
  }

  /** Wall time that pauses have taken so far. */
  get pausedMs(): number {
    return this.#pausedMs;
  }

  /** Goes on, a portion at a time, with what the shard has stopped at; false when it was let go of before the end. */
  async finish(): Promise<boolean> {
    const { shard, send } = this.#options;
    do {
      // What waits to be sent is memory. It may leave before its record is done, as any output may before a checkpoint.
      if (!(await this.#pause(send))) return false;
    } while (!shard.goOn(this.timersAtOnce));
    return true;
  }

  /** Lets others have a turn; false when the shard was let go of meanwhile. */
  turn(): Promise<boolean> {
    return this.#pause(null);
  }

  async #pause(send: PortionsOptions['send']): Promise<boolean> {
    const { clock, isReleased } = this.#options;
    const startedAt = performance.now();
    await send?.();
    await clock.turn();
    this.#pausedMs += performance.now() - startedAt;
    return !isReleased();
  }
}
