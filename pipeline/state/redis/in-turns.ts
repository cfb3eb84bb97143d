import { setImmediate } from 'node:timers/promises';

/** Does work that pauses now and then; at each pause the event loop has a turn, and batches of alerts go on. */
export async function inTurns<Found>(work: Generator<void, Found>): Promise<Found> {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    await setImmediate();
  }
}
