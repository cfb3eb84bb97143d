import { setImmediate } from 'node:timers/promises';
import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Clock } from './clock.ts';
import { DueHeap, type Waiting } from './due-heap.ts';

interface Call extends Waiting {
  readonly due: EventTimeMs;
  /** Place in the order of scheduling: calls with one due time fire in this order. */
  readonly turn: number;
  readonly act: () => void;
}

/**
 * A clock that moves only when told to (tests, replay, explain). While a call fires, `now()` is the time it was due at,
 * so what it schedules relative to now lands where it would on a real clock, and fires in the same advance when due.
 */
export class VirtualClock implements Clock {
  #now: EventTimeMs;
  #turns = 0;
  readonly #calls = new DueHeap<Call>(isBefore);

  constructor(start: EventTimeMs = 0) {
    this.#now = start;
  }

  now(): EventTimeMs {
    return this.#now;
  }

  schedule(due: EventTimeMs, act: () => void): () => void {
    const call: Call = { due, turn: this.#turns++, act, isWaiting: true };
    this.#calls.push(call);
    return () => this.#calls.takeBack(call);
  }

  /** Of the event loop: this clock stands still meanwhile, unless somebody moves it. */
  turn(): Promise<void> {
    return setImmediate();
  }

  /** Due time of the next call (it may lie in the past), or null when none is scheduled. */
  nextDue(): EventTimeMs | null {
    return this.#calls.peek()?.due ?? null;
  }

  /**
   * Moves to `t` and fires all calls due by then, in the order (due, scheduling). The clock never goes back: with a `t`
   * in the past it stays where it is and fires only what is already due.
   */
  advanceTo(t: EventTimeMs): void {
    const target = Math.max(t, this.#now);
    for (let call = this.#calls.peek(); call !== undefined && call.due <= target; call = this.#calls.peek()) {
      this.#calls.pop();
      this.#now = Math.max(this.#now, call.due);
      call.act();
    }
    // A call may have sent the clock further itself.
    this.#now = Math.max(this.#now, target);
  }
}

function isBefore(a: Call, b: Call): boolean {
  return a.due !== b.due ? a.due < b.due : a.turn < b.turn;
}
