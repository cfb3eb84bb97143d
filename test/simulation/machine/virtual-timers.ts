import type { Timeline } from './timeline.ts';

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  now: Date.now,
  random: Math.random,
};

/** What a timer function gives back here. */
interface Taken {
  takeBack: () => void;
}

/**
 * Makes the timers of JavaScript those of the process whose code calls them, and has whoever reads the wall clock or
 * draws a random number found out. Returns what puts everything back.
 */
export function installVirtualTimers(timeline: Timeline): () => void {
  const later = (ms: number, act: () => void): (() => void) => {
    const { current } = timeline;
    if (current === null) throw new Error('a timer was set by nobody');
    return current.clock.schedule(current.clock.now() + Math.max(0, ms), act);
  };
  const setTimer = (act: () => void, ms = 0): Taken => ({ takeBack: later(ms, act) });
  const setRepeated = (act: () => void, ms = 0): Taken => {
    const taken: Taken = { takeBack: () => {} };
    const again = (): void => {
      taken.takeBack = later(ms, () => {
        again();
        act();
      });
    };
    again();
    return taken;
  };
  const clear = (taken: Taken | undefined): void => taken?.takeBack();
  Object.assign(globalThis, {
    ...{ setTimeout: setTimer, clearTimeout: clear },
    ...{ setInterval: setRepeated, clearInterval: clear },
  });
  Object.assign(Date, { now: () => forbidden('the wall clock was read') });
  Object.assign(Math, { random: () => forbidden('a random number was drawn') });
  return () => {
    const { now, random, ...timers } = real;
    Object.assign(globalThis, timers);
    Object.assign(Date, { now });
    Object.assign(Math, { random });
  };
}

function forbidden(what: string): never {
  throw new Error(what);
}
