import type { Host, Stage } from '../../operators/lift.ts';
import type { Clock, DecisionDraft, Time } from '../../operators/operator.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { TocsinError } from '../../schemas/errors.ts';
import { TimerQueue } from './timer-queue.ts';

/** Events that went into a stage and came out of it, since the shard was opened. */
export interface StageCount {
  readonly stage: string;
  in: number;
  out: number;
}

/** A timer that was set or taken back since the last checkpoint. */
export interface TimerChange {
  readonly clock: Clock;
  readonly stage: string;
  readonly key: string;
  readonly due: EventTimeMs | null;
}

/** More firings than this before all that was due has fired mean that an operator sets the same timer again and again. */
const maxFirings = 10_000_000;

/** What a shard gives to its operators: the two clocks, timers, a place to decide, and counters. */
export class ShardHost implements Host {
  /** Moved in place, once for each record: who wants to keep a time copies it. */
  readonly #time: { -readonly [K in keyof Time]: Time[K] } = { at: 0, complete: 0 };
  /** In the order of registering, from the last of the graph to the first; a stage's number is its place here. */
  readonly stages: Stage[] = [];
  readonly #counts: StageCount[] = [];
  #queues: Readonly<Record<Clock, TimerQueue>> = {
    at: new TimerQueue('at'),
    complete: new TimerQueue('complete'),
  };
  /** Latest change by key, for each clock and stage; maps of their own, so that noting one builds no text. */
  #changedTimers: Readonly<Record<Clock, Map<string, EventTimeMs | null>[]>> = {
    at: [],
    complete: [],
  };
  readonly #onDecision: (stage: string, decision: DecisionDraft) => void;
  /** Since all that was due had fired the last time. */
  #firings = 0;
  /** Whether nothing is left on `at`, while `fireDue` has stopped on `complete`. */
  #isAtFired = false;

  constructor(onDecision: (stage: string, decision: DecisionDraft) => void) {
    this.#onDecision = onDecision;
  }

  get time(): Time {
    return this.#time;
  }

  set time({ at, complete }: Time) {
    this.#time.at = at;
    this.#time.complete = complete;
  }

  /** One per stage, in the order of the graph. */
  get counts(): readonly StageCount[] {
    return this.#counts.toReversed();
  }

  register(stage: Stage): number {
    this.#counts.push({ stage: stage.name, in: 0, out: 0 });
    return this.stages.push(stage) - 1;
  }

  count(stage: number, direction: 'in' | 'out'): void {
    const count = this.#counts[stage];
    if (count === undefined) return;
    // By name: a computed one is looked up, six times for each alert.
    if (direction === 'in') count.in += 1;
    else count.out += 1;
  }

  /** Takes over everything that the host of the same stages under another configuration holds. */
  takeOver(older: ShardHost): void {
    this.time = older.time;
    this.#queues = older.#queues;
    this.#changedTimers = older.#changedTimers;
    for (const [number, { tables, rederive }] of this.stages.entries()) {
      const before = older.stages[number]?.tables ?? {};
      for (const [name, { table }] of Object.entries(tables)) {
        const known = before[name];
        if (known !== undefined) table.adopt(known.table);
      }
      Object.assign(this.#counts[number] ?? {}, older.#counts[number]);
      rederive();
    }
  }

  decide(stage: string, decision: DecisionDraft): void {
    this.#onDecision(stage, decision);
  }

  schedule(stage: number, clock: Clock, key: string, due: EventTimeMs | null): void {
    // What is set to what it is already set to is stored already, or noted.
    if (this.#queues[clock].set(stage, key, due)) this.#changesOf(clock, stage).set(key, due);
  }

  /** Puts a timer back as a checkpoint stored it. Throws `state.newer` for a stage that this graph does not have. */
  restoreTimer({ clock, stage, key, due }: TimerChange): void {
    const number = this.stages.findIndex(({ name }) => name === stage);
    if (number < 0) throw new TocsinError('state.newer', `the checkpoint holds timers of ${stage}`);
    this.#queues[clock].set(number, key, due);
  }

  /** Moves both clocks, never back. */
  moveTo(at: EventTimeMs, complete: EventTimeMs): void {
    const time = this.#time;
    if (at > time.at) time.at = at;
    if (complete > time.complete) time.complete = complete;
  }

  /**
   * Fires what is due: first on `at`, then on `complete`. Timers that were set to a time already past fire here even when
   * neither clock has moved: they come before the next record in any case. Stops after `atOnce` of them and says false when
   * others are left; they fire in the same order however often it stops.
   */
  fireDue(atOnce = Number.POSITIVE_INFINITY): boolean {
    const allowed = this.#firings + atOnce;
    const { at, complete } = this.#time;
    // What a timer on `complete` sets on `at` waits for the next time, pause or none.
    this.#isAtFired ||= this.#fireOn(this.#queues.at, at, allowed);
    if (!this.#isAtFired || !this.#fireOn(this.#queues.complete, complete, allowed)) return false;
    this.#isAtFired = false;
    this.#firings = 0;
    return true;
  }

  /** Calls a stage's timer now, out of turn; only for stages that may speak at any time (protocol.md, REDUCE). */
  poke(stage: string, key: string): void {
    const poked = this.stages.find(({ name }) => name === stage);
    if (poked === undefined) throw new TocsinError('invariant.broken', `there is no stage ${stage} to poke`);
    poked.fire({ key, clock: 'at', due: this.time.at });
  }

  /** Due time of the next timer on either clock, or null. */
  nextDue(): EventTimeMs | null {
    const at = this.#queues.at.nextDue();
    const complete = this.#queues.complete.nextDue();
    return at === null || complete === null ? (at ?? complete) : Math.min(at, complete);
  }

  get timers(): number {
    return this.#queues.at.size + this.#queues.complete.size;
  }

  takeTimerChanges(): readonly TimerChange[] {
    const changes: TimerChange[] = [];
    for (const clock of ['at', 'complete'] as const) {
      for (const [number, timers] of this.#changedTimers[clock].entries()) {
        const stage = this.stages[number]?.name ?? '';
        for (const [key, due] of timers) changes.push({ clock, stage, key, due });
        timers.clear();
      }
    }
    return changes;
  }

  /** All timers that are set, as they are when each is asked for. */
  *allTimers(): Generator<TimerChange> {
    for (const clock of ['at', 'complete'] as const)
      for (const { stage, key, due } of this.#queues[clock].all())
        yield { clock, stage: this.stages[stage]?.name ?? '', key, due };
  }

  /** Timers set or taken back since `takeTimerChanges`. */
  get changedTimers(): number {
    const maps = [...this.#changedTimers.at, ...this.#changedTimers.complete];
    return maps.reduce((sum, { size }) => sum + size, 0);
  }

  /** Fires what is due on one clock, until so many have fired in all; false when others are left. */
  #fireOn(queue: TimerQueue, now: EventTimeMs, allowed: number): boolean {
    for (;;) {
      if (this.#firings >= allowed) return !queue.isDue(now);
      const timer = queue.takeDue(now);
      if (timer === null) return true;
      this.#changesOf(queue.clock, timer.stage).set(timer.key, null);
      this.stages[timer.stage]?.fire({ key: timer.key, clock: queue.clock, due: timer.due });
      this.#firings += 1;
      if (this.#firings > maxFirings)
        throw new TocsinError('invariant.broken', `timer ${timer.key} of stage ${timer.stage} never rests`);
    }
  }

  #changesOf(clock: Clock, stage: number): Map<string, EventTimeMs | null> {
    const byStage = this.#changedTimers[clock];
    while (byStage.length <= stage) byStage.push(new Map());
    // The loop above has just made it.
    return byStage[stage] ?? new Map();
  }
}
