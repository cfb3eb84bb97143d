import { setTimeout as sleep } from 'node:timers/promises';

/** Keeps virtual time from outrunning `speed` × wall time, counted from its first tick. */
export function paceOf(speed: number): (tick: number) => Promise<boolean> {
  let first: { readonly tick: number; readonly wall: number } | null = null;
  return async (tick) => {
    const wall = performance.now();
    first ??= { tick, wall };
    const ahead = (tick - first.tick) / speed - (wall - first.wall);
    if (ahead > 0) await sleep(ahead);
    return true;
  };
}
