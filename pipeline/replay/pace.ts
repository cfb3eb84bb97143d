import { setTimeout } from 'node:timers/promises';

/** Wall time and how to wait for it to pass; resolves with false when the wait was cut short. */
export interface Wall {
  now(): number;
  sleep(ms: number): Promise<boolean>;
}

/** Timers of Node hold 32 bits. */
const longestSleepMs = 2 ** 31 - 1;

export function wallUntil(interrupted: AbortSignal): Wall {
  return {
    now: () => performance.now(),
    sleep: (ms) => setTimeout(Math.min(ms, longestSleepMs), true, { signal: interrupted }).catch(() => false),
  };
}

/** Keeps virtual time from outrunning `speed` × wall time, counted from its first tick. */
export function paceOf(speed: number, wall: Wall): (tick: number) => Promise<boolean> {
  let first: { readonly tick: number; readonly at: number } | null = null;
  return async (tick) => {
    first ??= { tick, at: wall.now() };
    const due = first.at + (tick - first.tick) / speed;
    for (let ahead = due - wall.now(); ahead > 0; ahead = due - wall.now())
      if (!(await wall.sleep(ahead))) return false;
    return true;
  };
}
