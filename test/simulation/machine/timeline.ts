import { DueHeap, type Waiting } from '../../../pipeline/time/index.ts';
import type { SimProcess } from './sim-process.ts';

interface Happening extends Waiting {
  readonly due: number;
  /** Place in the order of scheduling: what is due at one time happens in this order. */
  readonly turn: number;
  readonly act: () => void;
}

/**
 * The only time there is: happenings in the order (due, scheduling). After one that reached a process, everything that
 * follows from it inside the process is waited for before the next one, so a run is a function of its seed.
 */
export class Timeline {
  /** Whose code runs: everything until the next happening belongs to it. */
  current: SimProcess | null = null;
  /** A server waits for a promise before the next happening. */
  isSettling = false;
  #now: number;
  #turns = 0;
  #digest = 0x811c9dc5;
  readonly #happenings = new DueHeap<Happening>(isBefore);

  constructor(start: number) {
    this.#now = start;
  }

  get now(): number {
    return this.#now;
  }

  /** A number that two runs share only if the same processes were reached at the same times. */
  get digest(): number {
    return this.#digest;
  }

  /** Makes the digest depend on a whole number. */
  mix(value: number): void {
    this.#digest = Math.imul(this.#digest ^ (value >>> 0), 0x01000193) >>> 0;
    this.#digest = Math.imul(this.#digest ^ (this.#digest >>> 15), 0x2c1b3c6d) >>> 0;
  }

  /** Returns what takes it back. */
  at(due: number, act: () => void): () => void {
    const happening: Happening = { due, turn: this.#turns++, act, isWaiting: true };
    this.#happenings.push(happening);
    return () => this.#happenings.takeBack(happening);
  }

  after(delayMs: number, act: () => void): () => void {
    return this.at(this.#now + delayMs, act);
  }

  /** Lets happen what is due by `end`, or until `isOver`, which is asked after each happening. */
  async run(end: number, isOver: () => boolean = () => false): Promise<void> {
    // Promises cannot be let go on from within a promise, only from a task of the event loop.
    await new Promise<void>((resolve, reject) => {
      setImmediate(() => {
        try {
          this.#run(end, isOver);
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  #run(end: number, isOver: () => boolean): void {
    while (!isOver()) {
      const next = this.#happenings.peek();
      if (next === undefined || next.due > end) break;
      this.#happenings.pop();
      this.#now = Math.max(this.#now, next.due);
      next.act();
      if (this.current !== null) {
        this.mix(this.#now);
        this.mix(this.current.number);
      } else if (!this.isSettling) continue;
      settlePromises();
      this.current = null;
      this.isSettling = false;
    }
    if (!isOver()) this.#now = Math.max(this.#now, end);
  }
}

/**
 * Ends a task as the event loop does: every promise that can go on goes on, and what was rejected and is handled by nobody is
 * told. It saves a turn of the event loop per happening, about a tenth of a run; Node has it for its own timers, undocumented,
 * so its types do not know it.
 */
const settlePromises = (process as unknown as { readonly _tickCallback: () => void })._tickCallback;

function isBefore(a: Happening, b: Happening): boolean {
  return a.due !== b.due ? a.due < b.due : a.turn < b.turn;
}
