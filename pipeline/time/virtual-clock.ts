import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Clock } from './clock.ts';

interface Call {
  readonly due: EventTimeMs;
  /** Place in the order of scheduling: calls with one due time fire in this order. */
  readonly turn: number;
  readonly act: () => void;
  isTakenBack: boolean;
}

/**
 * A clock that moves only when told to (tests, replay, explain). While a call fires, `now()` is the time it was due at,
 * so what it schedules relative to now lands where it would on a real clock, and fires in the same advance when due.
 */
export class VirtualClock implements Clock {
  #now: EventTimeMs;
  #turns = 0;
  /** Binary heap by (due, turn); calls taken back are dropped when they come to the top. */
  readonly #heap: Call[] = [];

  constructor(start: EventTimeMs = 0) {
    this.#now = start;
  }

  now(): EventTimeMs {
    return this.#now;
  }

  schedule(due: EventTimeMs, act: () => void): () => void {
    const call: Call = { due, turn: this.#turns++, act, isTakenBack: false };
    this.#push(call);
    return () => {
      call.isTakenBack = true;
    };
  }

  /** Due time of the next call (it may lie in the past), or null when none is scheduled. */
  nextDue(): EventTimeMs | null {
    return this.#next()?.due ?? null;
  }

  /**
   * Moves to `t` and fires all calls due by then, in the order (due, scheduling). The clock never goes back: with a `t`
   * in the past it stays where it is and fires only what is already due.
   */
  advanceTo(t: EventTimeMs): void {
    const target = Math.max(t, this.#now);
    for (let call = this.#next(); call !== null && call.due <= target; call = this.#next()) {
      this.#pop();
      this.#now = Math.max(this.#now, call.due);
      call.act();
    }
    this.#now = Math.max(this.#now, target);
  }

  #next(): Call | null {
    for (let head = this.#heap[0]; head !== undefined; head = this.#heap[0]) {
      if (!head.isTakenBack) return head;
      this.#pop();
    }
    return null;
  }

  #push(call: Call): void {
    const heap = this.#heap;
    let child = heap.push(call) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(call, above)) break;
      heap[child] = above;
      child = parent;
    }
    heap[child] = call;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      if (a === undefined) break;
      const [child, below] = b !== undefined && isBefore(b, a) ? [left + 1, b] : [left, a];
      if (!isBefore(below, last)) break;
      heap[parent] = below;
      parent = child;
    }
    heap[parent] = last;
  }
}

function isBefore(a: Call, b: Call): boolean {
  return a.due !== b.due ? a.due < b.due : a.turn < b.turn;
}
