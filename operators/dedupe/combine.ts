import type { EventTimeMs } from '../../schemas/brand.ts';
import type { LateAlert, Reduced } from '../../schemas/reduced.ts';
import type { Identified, ReduceEvent } from '../events.ts';
import { defineOperator, type Step, type Timer } from '../operator.ts';
import type { Table } from '../table.ts';
import { DedupeConfig } from './config.ts';
import { partialOf, plainHead } from './partial-of.ts';
import { reduceTables } from './rows.ts';
import { newRun, observe, type Run } from './run.ts';
import {
  addRun,
  forget,
  indexRuns,
  inOrder,
  letGo,
  makeLatest,
  type OfCell,
  openCell,
  type RunIndex,
  runAmong,
} from './run-index.ts';
import { isOfRun } from './same-run.ts';
import { isLate, type Sighted, sight } from './sight.ts';

/** A live count is stated again when it has grown by this factor, so that a storm is seen while it lasts. */
const restateFactor = 16;

/** The runs, and what is about to be stated of them. */
interface Runs extends RunIndex {
  /** By key of the timer that states them: only while it fires again and again, and no alert comes. */
  readonly speaking: Map<string, Speech>;
  /** Whether an alert has come since everything was stated. */
  mayHoldBack: boolean;
}

/** Runs to state, one after another. */
interface Speech {
  readonly runs: readonly Run[];
  next: number;
}

/** So many runs are stated, or forgotten, by one timer, which is then set again: a shard may pause between two timers. */
const runsAtOnce = 16;
/** So many of a cell are asked by one timer whether they have anything to state. */
const runsAskedAtOnce = 64;

type CombineStep = Step<DedupeConfig, typeof reduceTables, Runs, ReduceEvent>;

/**
 * REDUCE's side of dedupe: states what this partition has seen of each alert, as cumulative partials, and decides
 * nothing. Re-sending a partial is harmless, so when one is emitted is a question of cost alone: at the first sight of a
 * run, when a fingerprint's status or watched fields changed, when a count grew sixteenfold, and when a cell is over.
 */
export const combine = defineOperator<ReduceEvent>()({
  name: 'combine',
  config: DedupeConfig,
  tables: reduceTables,
  derive: (config, tables): Runs => ({
    ...indexRuns(tables.runs, config),
    speaking: new Map(),
    mayHoldBack: true,
  }),
  on: {
    identified: (step, event) => combineAlert(step, event),
  },
  onTimer(step, timer) {
    if (timer.key === 'flush') flush(step, timer);
    // A rebuilt shard does not know when the one before it spoke: whatever was stated is stated again.
    else if (timer.key === 'restate') stateAll(step, timer, () => [...step.tables.runs.values()]);
    else endCell(step, timer);
  },
  dependsFrom({ derived }) {
    const offsets = Array.from(derived.byCell.values(), ({ from }) => from);
    return offsets.length === 0 ? null : Math.min(...offsets);
  },
});

function combineAlert(step: CombineStep, event: Identified): void {
  const { head } = event;
  const { identity } = head;
  const recent = recentRun(event);
  const sighted = sight(event, (recent ?? identity).droppedBy !== '', step.config);
  if (isLate(event, sighted.cell, step.config)) {
    passLate(step, event, sighted.t);
    return;
  }
  const previous = recent ?? step.derived.byFingerprint.get(identity.fingerprint);
  const isOfPrevious = previous !== undefined && isOfRun(previous, event, sighted);
  const run = isOfPrevious ? previous : anotherRun(step, event, sighted, previous ?? null);
  const wasSilent = run === previous && isSilentBefore(run, sighted.t);
  mark(step.tables.runs, run);
  observe(run, event, sighted);
  step.derived.mayHoldBack = true;
  if (run !== recent) {
    if (!run.isLatest && previous !== undefined) makeLatest(step.derived, run, previous);
    head.run = run;
  }
  if (wasSilent || mustState(run, previous)) {
    // RELATE must know how far the run before reached, or it would take its continuation for a first sighting.
    if (previous !== undefined && previous !== run && isHeldBack(previous)) state(step, previous);
    state(step, run);
  }
  if (step.config.traceAssignments) assign(step, event, { run: run.id, t: sighted.t });
}

/** The latest run of the fingerprint, where a repeat finds it without looking it up; null when that must be done. */
function recentRun({ head }: Identified): Run | null {
  // Nobody else puts anything there; fingerprint takes it away from a head that it names anew.
  const run = (head.run ?? null) as Run | null;
  return run?.isLatest === true ? run : null;
}

/** Before a run is changed in place. Nearly always it was set since the last checkpoint, and is known to have changed. */
function mark(runs: Table<Run>, run: Run): void {
  if (run.markedIn === runs.epoch) return;
  // One that has seen nothing is new; any other has its row.
  if (run.count === 0) run.slot = runs.set(run.rowKey, run);
  else runs.touch(run.slot);
  run.markedIn = runs.epoch;
}

/** A first sight; a change of what could be told since the previous observation; a live count far from the stated one. */
function mustState(run: Run, previous: Run | undefined): boolean {
  if (run.emittedCount === 0 || run.count >= run.emittedCount * restateFactor) return true;
  if (run === previous || previous === undefined) return false;
  return run.status !== previous.status || run.subject.watched !== previous.subject.watched;
}

/** A timeout source fires again after it was over by its own word: that is an occurrence of its own. */
function isSilentBefore(run: Run, t: EventTimeMs): boolean {
  // Most are not asked for their segments, which lie elsewhere.
  if (run.ending !== 'timeout') return false;
  const endsAt = run.segments[run.segments.length - 1]?.endsAt ?? null;
  return endsAt !== null && t > endsAt;
}

/** `known` is the latest run of the fingerprint, and not the one. */
function anotherRun(step: CombineStep, event: Identified, sighted: Sighted, known: Run | null): Run {
  const another = known === null ? undefined : runAmong(known, event, sighted);
  return another ?? openRun(step, event, sighted, known);
}

function openRun(step: CombineStep, event: Identified, sighted: Sighted, known: Run | null): Run {
  const { derived, config } = step;
  const { cell } = sighted;
  if (!derived.byCell.has(cell)) step.wakeAt(String(cell), flushDue(cell, config));
  const run = newRun(event, sighted, { cellMs: config.windowMs, shared: openCell(derived, cell).shared });
  addRun(derived, run, known);
  return run;
}

function state(step: CombineStep, run: Run): void {
  mark(step.tables.runs, run);
  run.emittedCount = run.count;
  send(step, run.subject.domain, partialOf(run));
}

function send(step: CombineStep, key: string, value: Reduced): void {
  step.emit({ kind: 'output', topic: 'reduced', key, value });
}

/** Whether a run holds more than it has stated. */
function isHeldBack({ count, emittedCount }: Run): boolean {
  return count > emittedCount;
}

function unstated(runs: Iterable<Run>): Run[] {
  return Array.from(runs).filter(isHeldBack);
}

/** A quiet shard is asked again and again; it looks through its runs only when there may be something. */
function flush(step: CombineStep, timer: Timer): void {
  const { derived, tables } = step;
  if (!derived.mayHoldBack) return;
  derived.mayHoldBack = !stateAll(step, timer, () => unstated(tables.runs.values()));
}

/** States all runs, in the order in which they began: some now, the rest when the timer fires again. True when it is done. */
function stateAll(step: CombineStep, { key, due }: Timer, collect: () => Run[]): boolean {
  const { speaking } = step.derived;
  const speech = speaking.get(key) ?? { runs: collect().sort(inOrder), next: 0 };
  const end = speech.next + runsAtOnce;
  for (const run of speech.runs.slice(speech.next, end)) state(step, run);
  speech.next = end;
  if (end >= speech.runs.length) {
    speaking.delete(key);
    return true;
  }
  speaking.set(key, speech);
  step.wakeAt(key, due);
  return false;
}

/** The first instant at which nothing more can be accepted into a cell: what is later is late. */
function flushDue(cell: EventTimeMs, { windowMs, latenessMs }: DedupeConfig): EventTimeMs {
  return cell + windowMs + latenessMs + 1;
}

/** As `stateAll`, of the runs of a cell, which are looked through on the way: of a million that alone is a tenth of a second. */
function stateCell(step: CombineStep, { key, due }: Timer, ended: OfCell): boolean {
  const { runs } = ended;
  const end = Math.min(runs.length, ended.asked + runsAskedAtOnce);
  for (let left = runsAtOnce; left > 0 && ended.asked < end; ended.asked += 1) {
    const run = runs[ended.asked];
    if (run === undefined || !isHeldBack(run)) continue;
    state(step, run);
    left -= 1;
  }
  if (ended.asked < runs.length) {
    step.wakeAt(key, due);
    return false;
  }
  ended.asked = 0;
  return true;
}

/** First the last word about a cell, then, `slackMs` later, its end. */
function endCell(step: CombineStep, timer: Timer): void {
  const cell: EventTimeMs = Number(timer.key);
  const ended = step.derived.byCell.get(cell);
  if (ended === undefined) return;
  // Where they were restored in any order, those with something to state are found and sorted, once.
  ended.isStated ||= ended.isInOrder
    ? stateCell(step, timer, ended)
    : stateAll(step, timer, () => unstated(ended.runs));
  if (!ended.isStated) return;
  const dropDue = flushDue(cell, step.config) + step.config.slackMs;
  if (timer.due < dropDue) {
    // The clock that stamps records may step back (protocol.md H17): until then alerts may come still.
    ended.isStated = false;
    step.wakeAt(timer.key, dropDue);
    return;
  }
  dropSome(step, ended.runs, cell);
  if (ended.runs.length > 0) step.wakeAt(timer.key, timer.due);
  else step.derived.byCell.delete(cell);
}

/** Drops the last of these runs of a cell. */
function dropSome(step: CombineStep, runs: Run[], cell: EventTimeMs): void {
  const dropped = runs.splice(-runsAtOnce);
  for (const run of dropped) {
    step.tables.runs.delete(run.rowKey);
    letGo(run);
  }
  for (const fingerprint of new Set(dropped.map(({ subject }) => subject.fingerprint)))
    forget(step.derived, fingerprint, cell);
}

function passLate(step: CombineStep, event: Identified, t: EventTimeMs): void {
  const { shard, place, head, tail } = event;
  const { fingerprint, fingerprintRule, domain, contentHash } = head.identity;
  const late: LateAlert = {
    kind: 'late',
    shard,
    place,
    fingerprint,
    fingerprintRule,
    domain,
    head: plainHead(head),
    contentHash,
    sourceId: tail.id,
    status: tail.status,
    startsAt: tail.startsAt,
    endsAt: tail.endsAt,
    at: t,
    value: tail.value,
  };
  send(step, domain, late);
  if (step.config.traceAssignments) assign(step, event, { run: null, t });
}

function assign(step: CombineStep, event: Identified, to: { run: Run['id'] | null; t: EventTimeMs }): void {
  const { place, head } = event;
  step.emit({ kind: 'assigned', place, run: to.run, t: to.t, fingerprint: head.identity.fingerprint });
}
