import type { Clock } from './clock.ts';

export interface Attempt {
  readonly doing: string;
  /** Failed attempts so far, from 1. */
  readonly attempt: number;
  /** Until the next one. */
  readonly delayMs: number;
  readonly error: unknown;
}

export interface RetryOptions {
  readonly clock: Clock;
  /** Pause after the first failure; doubles with each further one. */
  readonly minMs: number;
  readonly maxMs: number;
  /** Whether an error may pass by itself. */
  readonly isPassing: (error: unknown) => boolean;
  readonly onRetry: (attempt: Attempt) => void;
}

/** Repeats one action at a time while its errors may pass; after `end` nothing is repeated any more. */
export class Retry {
  readonly #options: RetryOptions;
  #isEnded = false;
  #wake: (() => void) | null = null;

  constructor(options: RetryOptions) {
    this.#options = options;
  }

  get isWaiting(): boolean {
    return this.#wake !== null;
  }

  /** Rejects with an error that does not pass by repeating, or with any error after `end`. */
  async run(doing: string, act: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await act();
      } catch (error) {
        if (this.#isEnded || !this.#options.isPassing(error)) throw error;
        const delayMs = Math.min(this.#options.minMs * 2 ** (attempt - 1), this.#options.maxMs);
        this.#options.onRetry({ doing, attempt, delayMs, error });
        await this.#wait(delayMs);
      }
    }
  }

  /** Cuts a wait short: its action is tried a last time. */
  end(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  #wait(delayMs: number): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#wake = null;
        resolve();
      };
      const cancel = clock.schedule(clock.now() + delayMs, wake);
      this.#wake = wake;
    });
  }
}
