import type { Io } from './io.ts';
import { number, percent } from './print.ts';

/** A line that says how far a long task is. */
export interface Progress {
  show(done: number, of: number): void;
  /** Takes the line away; call it before anything else is written. */
  clear(): void;
}

const everyMs = 1_000;

/** On a terminal, one line that is written over at most once a second; elsewhere nothing. */
export function progressOn(
  { stderr }: Pick<Io, 'stderr'>,
  now: () => number = () => performance.now(),
): Progress {
  if (!stderr.isTTY) return { show: () => {}, clear: () => {} };
  let nextAt = now() + everyMs;
  let isShown = false;
  return {
    show: (done, of) => {
      if (now() < nextAt) return;
      nextAt = now() + everyMs;
      isShown = true;
      stderr.write(`\r${number(done)} of ${number(of)} records, ${percent(done, of)}\u001b[K`);
    },
    clear: () => {
      if (isShown) stderr.write('\r\u001b[K');
      isShown = false;
    },
  };
}
