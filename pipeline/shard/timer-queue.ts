import type { Clock } from '../../operators/operator.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { DueHeap, type Waiting } from '../time/index.ts';

export interface DueTimer {
  /** Number of the stage that set it. */
  readonly stage: number;
  readonly key: string;
  readonly due: EventTimeMs;
}

interface SetTimer extends DueTimer, Waiting {}

/**
 * Timers of one shard and clock: at most one per (stage, key), fired in the order (due, stage, key) whatever the order
 * they were set in. Of two stages the earlier one in the graph fires first, so that what follows from its timer has
 * happened when the later one acts.
 */
export class TimerQueue {
  readonly clock: Clock;
  readonly #heap = new DueHeap<SetTimer>(isBefore);
  /** Timers by key, for each stage. */
  readonly #byStage: Map<string, SetTimer>[] = [];

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get size(): number {
    return this.#heap.size;
  }

  /** Timers in memory, those included that were taken back or set anew; at most about twice `size`. */
  get held(): number {
    return this.#heap.held;
  }

  /** Sets the timer of a key, instead of the one it has; null takes it back. Says whether that changed anything. */
  set(stage: number, key: string, due: EventTimeMs | null): boolean {
    const timers = this.#ofStage(stage);
    const known = timers.get(key);
    if ((known?.due ?? null) === due) return false;
    if (known !== undefined) this.#heap.takeBack(known);
    if (due === null) return timers.delete(key);
    const timer: SetTimer = { stage, key, due, isWaiting: true };
    timers.set(key, timer);
    this.#heap.push(timer);
    return true;
  }

  /** All timers that are set, in no particular order. */
  *all(): IterableIterator<DueTimer> {
    for (const timers of this.#byStage) yield* timers.values();
  }

  /** Due time of the next timer, or null. */
  nextDue(): EventTimeMs | null {
    return this.#heap.peek()?.due ?? null;
  }

  /** Whether a timer is due at `now`. */
  isDue(now: EventTimeMs): boolean {
    const head = this.#heap.peek();
    return head !== undefined && head.due <= now;
  }

  /** Takes out the next timer that is due at `now`, or returns null. */
  takeDue(now: EventTimeMs): DueTimer | null {
    const head = this.#heap.peek();
    if (head === undefined || head.due > now) return null;
    this.#heap.pop();
    this.#ofStage(head.stage).delete(head.key);
    return head;
  }

  #ofStage(stage: number): Map<string, SetTimer> {
    while (this.#byStage.length <= stage) this.#byStage.push(new Map());
    // The loop above has just made it.
    return this.#byStage[stage] ?? new Map();
  }
}

function isBefore(a: DueTimer, b: DueTimer): boolean {
  if (a.due !== b.due) return a.due < b.due;
  // RxJS subscribes from the end of a pipe to its beginning: the later a stage registered, the earlier it stands.
  if (a.stage !== b.stage) return a.stage > b.stage;
  return a.key < b.key;
}
