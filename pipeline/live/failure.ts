import type { Log } from '../telemetry/index.ts';

/** What ends a worker that cannot go on. */
export interface Failure {
  readonly fail: (error: Error) => void;
  /** Rejects with the first failure; never resolves. */
  readonly failed: Promise<never>;
}

export function failureOf(log: Log): Failure {
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => {
      log.error('failed', { message: error.message });
      reject(error);
    };
  });
  // Whoever waits for it gets it; nobody waiting is no reason to end the process unhandled.
  failed.catch(() => undefined);
  return { failed, fail };
}
