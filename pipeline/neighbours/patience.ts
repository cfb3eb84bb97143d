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
      return await unlessAborted(ask(), signal);
    } catch (error) {
      const mayPass = error instanceof TocsinError && error.isRetriable;
      if (!mayPass || signal?.aborted || clock.now() + pauseMs > deadline) throw error;
      onWait(neighbour, error);
      await paused(pauseMs, clock, signal);
      if (signal?.aborted) throw error;
    }
  }
}

/** A neighbour that takes a connection and says nothing is not waited for when the waiting is called off. */
async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return answer;
  let cut = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    cut = () => reject(new TocsinError('api.not-taking', 'it was told to end while it was starting'));
    if (signal.aborted) cut();
    else signal.addEventListener('abort', cut, { once: true });
  });
  // One of the two loses, and nobody is left to hear of it.
  for (const one of [answer, aborted]) one.catch(() => undefined);
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener('abort', cut);
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
