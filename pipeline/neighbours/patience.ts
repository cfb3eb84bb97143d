import { TocsinError } from '../../schemas/errors.ts';
import type { Clock } from '../time/index.ts';

export interface Patience {
  readonly clock: Clock;
  /** Until when a neighbour that does not answer is asked again, on `clock`. */
  readonly deadline: number;
  /** Told of each attempt that failed and will be repeated. */
  readonly onWait: (neighbour: string, error: TocsinError) => void;
  /** Ends the waiting early, in the same way. */
  readonly signal?: AbortSignal;
}

const firstPauseMs = 250;
const longestPauseMs = 4_000;

/**
 * Asks a neighbour until it answers. A refusal (credentials, schemas) ends it at once, since asking again would not
 * change it; so does the end of the patience, with the newest failure.
 */
export async function patiently<T>(
  neighbour: string,
  ask: () => Promise<T>,
  { clock, deadline, onWait, signal }: Patience,
): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await ask();
    } catch (error) {
      const mayPass = error instanceof TocsinError && error.isRetriable;
      if (!mayPass || signal?.aborted || clock.now() + pauseMs > deadline) throw error;
      onWait(neighbour, error);
      await paused(pauseMs, clock, signal);
      if (signal?.aborted) throw error;
    }
  }
}

function paused(ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      cancel();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const cancel = clock.schedule(clock.now() + ms, wake);
    signal?.addEventListener('abort', wake, { once: true });
  });
}
