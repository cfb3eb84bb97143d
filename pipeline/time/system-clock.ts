import { setImmediate } from 'node:timers/promises';
import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Clock } from './clock.ts';

/** setTimeout keeps its delay in 31 bits; a longer one would fire at once. */
const longestDelayMs = 2 ** 31 - 1;

/** The wall clock of this machine. Pending calls keep the process alive until they are taken back. */
export class SystemClock implements Clock {
  now(): EventTimeMs {
    return Date.now();
  }

  schedule(due: EventTimeMs, act: () => void): () => void {
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      const delayMs = Math.min(Math.max(0, due - this.now()), longestDelayMs);
      timer = setTimeout(fire, delayMs);
    };
    // Timers run on a monotonic clock: they may fire before the wall clock shows `due`, and must wait again then.
    const fire = (): void => (this.now() >= due ? act() : wait());
    wait();
    return () => clearTimeout(timer);
  }

  turn(): Promise<void> {
    return setImmediate();
  }
}
