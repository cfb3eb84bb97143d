import type { Clock } from '../../../pipeline/time/index.ts';
import type { Timeline } from './timeline.ts';

/** How long others have the processor: long enough for a message, or the end of a process. */
const turnMs = 5;

/**
 * A process of the operating system, as far as others can tell:
 *
 *   running ◀──freeze, wake──▶ frozen
 *      └───────── kill ─────────┴──────▶ dead
 *
 * Its code runs only when something reaches it: an answer, a timer. A dead one is reached by nothing, so none of its
 * promises ever goes on; to a frozen one everything comes when it wakes, in order.
 */
export class SimProcess {
  readonly name: string;
  readonly number: number;
  /** Its own wall clock, which differs from the others' by a fixed skew. */
  readonly clock: Clock;
  readonly #timeline: Timeline;
  #state: 'running' | 'frozen' | 'dead' = 'running';
  #waiting: (() => void)[] = [];
  /** Since when nobody has heard of it; null while it runs. */
  #silentSince: number | null = null;
  readonly #whenSilent = new Set<() => void>();

  constructor(timeline: Timeline, who: { readonly name: string; readonly number: number; skewMs: number }) {
    this.#timeline = timeline;
    this.name = who.name;
    this.number = who.number;
    this.clock = {
      now: () => timeline.now + who.skewMs,
      schedule: (due, act) => this.#schedule(due - who.skewMs, act),
      turn: () => new Promise((resolve) => void this.#schedule(timeline.now + turnMs, resolve)),
    };
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  get isFrozen(): boolean {
    return this.#state === 'frozen';
  }

  get silentSince(): number | null {
    return this.#silentSince;
  }

  /** Runs `act` as the process's own code: now, when it wakes, or never. */
  reach(act: () => void): void {
    if (this.#state === 'dead') return;
    if (this.#state === 'frozen' || this.#waiting.length > 0) {
      this.#waiting.push(act);
      return;
    }
    this.#timeline.current = this;
    act();
  }

  kill(): void {
    this.#state = 'dead';
    this.#waiting = [];
    this.#fallSilent();
  }

  freeze(): void {
    if (this.#state !== 'running') return;
    this.#state = 'frozen';
    this.#fallSilent();
  }

  wake(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'running';
    this.#silentSince = null;
    this.#catchUp();
  }

  /** Calls `act` whenever the process dies or freezes; others only learn of it by its silence. */
  onSilent(act: () => void): void {
    this.#whenSilent.add(act);
  }

  #schedule(due: number, act: () => void): () => void {
    let isTakenBack = false;
    // It may come up while the process is frozen, and be taken back before its turn comes.
    const takeBack = this.#timeline.at(Math.max(this.#timeline.now, due), () =>
      this.reach(() => {
        if (!isTakenBack) act();
      }),
    );
    return () => {
      isTakenBack = true;
      takeBack();
    };
  }

  #fallSilent(): void {
    this.#silentSince ??= this.#timeline.now;
    for (const act of this.#whenSilent) act();
  }

  /** What waited comes one by one, each with everything that follows from it. */
  #catchUp(): void {
    if (this.#waiting.length === 0) return;
    this.#timeline.after(0, () => {
      if (this.#state !== 'running') return;
      const act = this.#waiting.shift();
      if (act === undefined) return;
      this.#timeline.current = this;
      act();
      this.#catchUp();
    });
  }
}
