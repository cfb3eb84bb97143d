import type { Clock } from '../../operators/operator.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';

export interface DueTimer {
  readonly stage: number;
  readonly key: string;
  readonly due: EventTimeMs;
}

/**
 * Timers of one shard and clock: at most one per (stage, key), fired in the order (due, stage, key) whatever the order
 * they were set in. A binary heap with lazy deletion: taking a timer back costs a map write, not a search.
 */
export class TimerQueue {
  readonly clock: Clock;
  readonly #heap: DueTimer[] = [];
  readonly #current = new Map<string, DueTimer>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get size(): number {
    return this.#current.size;
  }

  set(stage: number, key: string, due: EventTimeMs | null): void {
    const name = `${stage}\u0000${key}`;
    if (due === null) {
      this.#current.delete(name);
      return;
    }
    if (this.#current.get(name)?.due === due) return;
    const timer = { stage, key, due };
    this.#current.set(name, timer);
    this.#push(timer);
  }

  /** All timers that are set, in no particular order. */
  all(): Iterable<DueTimer> {
    return this.#current.values();
  }

  /** Due time of the next timer, or null. */
  nextDue(): EventTimeMs | null {
    this.#dropStale();
    return this.#heap[0]?.due ?? null;
  }

  /** Takes out the next timer that is due at `now`, or returns null. */
  takeDue(now: EventTimeMs): DueTimer | null {
    this.#dropStale();
    const head = this.#heap[0];
    if (head === undefined || head.due > now) return null;
    this.#pop();
    this.#current.delete(`${head.stage}\u0000${head.key}`);
    return head;
  }

  #dropStale(): void {
    for (let head = this.#heap[0]; head !== undefined; head = this.#heap[0]) {
      if (this.#current.get(`${head.stage}\u0000${head.key}`) === head) return;
      this.#pop();
    }
  }

  #push(timer: DueTimer): void {
    const heap = this.#heap;
    let child = heap.push(timer) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(timer, above)) break;
      heap[child] = above;
      child = parent;
    }
    heap[child] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      let below = heap[child];
      if (below === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, below)) {
        child += 1;
        below = right;
      }
      if (!isBefore(below, last)) break;
      heap[parent] = below;
      parent = child;
    }
    heap[parent] = last;
  }
}

function isBefore(a: DueTimer, b: DueTimer): boolean {
  if (a.due !== b.due) return a.due < b.due;
  if (a.stage !== b.stage) return a.stage < b.stage;
  return a.key < b.key;
}
