import type { EventTimeMs, Fingerprint } from '../../schemas/brand.ts';
import { comparePlaces } from '../../schemas/place.ts';
import type { LateAlert, Reduced } from '../../schemas/reduced.ts';
import type { Identified, ReduceEvent } from '../events.ts';
import { defineOperator, type Step } from '../operator.ts';
import type { Table } from '../table.ts';
import { DedupeConfig } from './config.ts';
import { reduceTables } from './rows.ts';
import {
  isOfRun,
  keyOfRun,
  liveRun,
  newRun,
  observe,
  partialOf,
  plainHead,
  type Run,
  runKey,
} from './run.ts';
import { isLate, type Sighted, sight } from './sight.ts';

/** A live count is stated again when it has grown by this factor, so that a storm is seen while it lasts. */
const restateFactor = 16;

interface OfFingerprint {
  /** The live run with the newest alert: nearly always where the next alert belongs. */
  latest: Run;
  runs: Run[];
  /** By what tells runs apart; made when there are too many to look at each. */
  byKey: Map<string, Run> | null;
}

/** So many runs of a fingerprint are compared one by one: building a key costs more. */
const fewRuns = 8;

interface OfCell {
  /** Offset of the first alert in any of its runs. */
  from: number;
  readonly runs: Run[];
}

/** Indexes over the runs of a shard. */
interface Runs {
  readonly byFingerprint: Map<Fingerprint, OfFingerprint>;
  readonly byCell: Map<EventTimeMs, OfCell>;
}

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
  derive: (_config, tables): Runs => indexRuns(tables.runs),
  on: {
    identified: (step, event) => combineAlert(step, event),
  },
  onTimer(step, timer) {
    if (timer.key === 'flush') flush(step, [...step.tables.runs.values()]);
    else if (timer.key === 'restate') restate(step);
    else endCell(step, Number(timer.key), timer.due);
  },
  dependsFrom({ derived }) {
    const offsets = Array.from(derived.byCell.values(), ({ from }) => from);
    return offsets.length === 0 ? null : Math.min(...offsets);
  },
});

function combineAlert(step: CombineStep, event: Identified): void {
  const { head, identity } = event;
  const recent = recentRun(event);
  const sighted = sight(event, (recent ?? identity).droppedBy !== '', step.config);
  if (isLate(event, sighted.cell, step.config)) {
    passLate(step, event, sighted.t);
    return;
  }
  const previous = recent ?? step.derived.byFingerprint.get(identity.fingerprint)?.latest;
  const run =
    previous !== undefined && isOfRun(previous, event, sighted)
      ? previous
      : (runAmong(step.derived, event, sighted) ?? openRun(step, event, sighted));
  const wasSilent = run === previous && isSilentBefore(run, sighted.t);
  mark(step.tables.runs, run);
  observe(run, event, sighted);
  if (run !== recent) {
    makeLatest(step.derived, run);
    head.run = run;
  }
  if (wasSilent || mustState(run, previous)) {
    // RELATE must know how far the run before reached, or it would take its continuation for a first sighting.
    if (previous !== undefined && previous !== run) flush(step, [previous]);
    state(step, run);
  }
  if (step.config.traceAssignments) assign(step, event, { run: run.id, t: sighted.t });
}

/** The latest run of the fingerprint, where a repeat finds it without looking it up; null when that must be done. */
function recentRun({ head, identity }: Identified): Run | null {
  // Nobody else puts anything there.
  const run = (head.run ?? null) as Run | null;
  return run?.isLatest === true && run.identity === identity ? run : null;
}

/** Before a run is changed in place. Nearly always it was set since the last checkpoint, and is known to have changed. */
function mark(runs: Table<Run>, run: Run): void {
  if (run.markedIn === runs.epoch) return;
  runs.set(run.rowKey, run);
  run.markedIn = runs.epoch;
}

function makeLatest({ byFingerprint }: Runs, run: Run): void {
  const known = byFingerprint.get(run.fingerprint);
  if (known === undefined) return;
  known.latest.isLatest = false;
  known.latest = run;
  run.isLatest = true;
}

/** A first sight; a change of what could be told since the previous observation; a live count far from the stated one. */
function mustState(run: Run, previous: Run | undefined): boolean {
  if (run.emittedCount === 0 || run.count >= run.emittedCount * restateFactor) return true;
  if (run === previous || previous === undefined) return false;
  return run.status !== previous.status || run.watched !== previous.watched;
}

/** A timeout source fires again after it was over by its own word: that is an occurrence of its own. */
function isSilentBefore({ ending, segments }: Run, t: EventTimeMs): boolean {
  if (ending !== 'timeout') return false;
  const endsAt = segments[segments.length - 1]?.endsAt ?? null;
  return endsAt !== null && t > endsAt;
}

function runAmong({ byFingerprint }: Runs, event: Identified, sighted: Sighted): Run | undefined {
  const known = byFingerprint.get(event.identity.fingerprint);
  if (known === undefined) return undefined;
  if (known.runs.length <= fewRuns) return known.runs.find((run) => isOfRun(run, event, sighted));
  known.byKey ??= new Map(known.runs.map((run) => [keyOfRun(run), run]));
  return known.byKey.get(runKey(event, sighted));
}

function openRun(step: CombineStep, event: Identified, sighted: Sighted): Run {
  const run = newRun(event, sighted, step.config.windowMs);
  if (!step.derived.byCell.has(run.cell)) step.wakeAt(String(run.cell), flushDue(run.cell, step.config));
  addRun(step.derived, run);
  return run;
}

function state(step: CombineStep, run: Run): void {
  mark(step.tables.runs, run);
  run.emittedCount = run.count;
  send(step, run.domain, partialOf(run));
}

function send(step: CombineStep, key: string, value: Reduced): void {
  step.emit({ kind: 'output', topic: 'reduced', key, value });
}

/** States what a run holds beyond its last statement, in the order in which the runs began. */
function flush(step: CombineStep, runs: readonly Run[]): void {
  const unstated = runs.filter(({ count, emittedCount }) => count > emittedCount);
  for (const run of unstated.sort((a, b) => comparePlaces(a.id, b.id))) state(step, run);
}

/** States every run, whatever was stated of it: a rebuilt shard does not know when the one before it spoke. */
function restate(step: CombineStep): void {
  for (const run of step.tables.runs.values()) {
    mark(step.tables.runs, run);
    run.emittedCount = 0;
  }
  flush(step, [...step.tables.runs.values()]);
}

/** The first instant at which nothing more can be accepted into a cell: what is later is late. */
function flushDue(cell: EventTimeMs, { windowMs, latenessMs }: DedupeConfig): EventTimeMs {
  return cell + windowMs + latenessMs + 1;
}

/** First the last word about a cell, then, `slackMs` later, its end. */
function endCell(step: CombineStep, cell: EventTimeMs, due: EventTimeMs): void {
  const runs = step.derived.byCell.get(cell)?.runs ?? [];
  flush(step, runs);
  const dropDue = flushDue(cell, step.config) + step.config.slackMs;
  if (due < dropDue) {
    step.wakeAt(String(cell), dropDue);
    return;
  }
  for (const run of runs) {
    step.tables.runs.delete(run.rowKey);
    letGo(run);
  }
  for (const fingerprint of new Set(runs.map((run) => run.fingerprint)))
    forget(step.derived, fingerprint, cell);
  step.derived.byCell.delete(cell);
}

/** Nobody finds it any more, nor keeps it: heads are remembered for much longer. */
function letGo(run: Run): void {
  run.isLatest = false;
  if (run.head.run === run) run.head.run = null;
}

/** Once for all runs of a fingerprint: a flapping alert may have thousands in a cell. */
function forget({ byFingerprint }: Runs, fingerprint: Fingerprint, cell: EventTimeMs): void {
  const known = byFingerprint.get(fingerprint);
  if (known === undefined) return;
  known.runs = known.runs.filter((run) => run.cell !== cell);
  known.byKey = null;
  const [first] = known.runs;
  if (first === undefined) byFingerprint.delete(fingerprint);
  else {
    known.latest = known.runs.reduce(newerRun, first);
    known.latest.isLatest = true;
  }
}

function passLate(step: CombineStep, event: Identified, t: EventTimeMs): void {
  const { shard, place, head, tail, identity } = event;
  const { fingerprint, fingerprintRule, domain, contentHash } = identity;
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
  const { place, identity } = event;
  step.emit({ kind: 'assigned', place, run: to.run, t: to.t, fingerprint: identity.fingerprint });
}

function newerRun(a: Run, b: Run): Run {
  return (a.vOffset - b.vOffset || a.vN - b.vN) < 0 ? b : a;
}

function addRun({ byCell, byFingerprint }: Runs, run: Run): void {
  const ofCell = byCell.get(run.cell);
  if (ofCell === undefined) byCell.set(run.cell, { from: run.id.offset, runs: [run] });
  else {
    ofCell.runs.push(run);
    ofCell.from = Math.min(ofCell.from, run.id.offset);
  }
  const known = byFingerprint.get(run.fingerprint);
  if (known === undefined) {
    run.isLatest = true;
    byFingerprint.set(run.fingerprint, { latest: run, runs: [run], byKey: null });
    return;
  }
  known.runs.push(run);
  known.byKey?.set(keyOfRun(run), run);
  if (newerRun(known.latest, run) === run) makeLatest({ byCell, byFingerprint }, run);
}

/** The newest alert names the latest run of a fingerprint, whatever order the rows come back in. */
function indexRuns(table: Table<Run>): Runs {
  const runs: Runs = { byFingerprint: new Map(), byCell: new Map() };
  for (const run of table.values()) addRun(runs, liveRun(run));
  return runs;
}
