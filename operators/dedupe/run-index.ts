import type { EventTimeMs, Fingerprint } from '../../schemas/brand.ts';
import type { Identified } from '../events.ts';
import type { Table } from '../table.ts';
import type { CellTimes } from './config.ts';
import { NumberLists } from './number-lists.ts';
import { type Kin, liveRun, type Run, type SharedInCell } from './run.ts';
import { isOfRun, keyOfRun, runKey } from './same-run.ts';
import type { Sighted } from './sight.ts';

/** So many runs of a fingerprint are compared one by one: building a key costs more. */
const fewRuns = 8;

export interface OfCell {
  /** Offset of the first alert in any of its runs. */
  from: number;
  readonly runs: Run[];
  /** Whether they stand in the order in which they began, as they do unless they were restored. */
  isInOrder: boolean;
  /** How many of them were asked for their last word so far. */
  asked: number;
  /** Whether it is over and all was stated. */
  isStated: boolean;
  readonly shared: SharedInCell;
}

/** Indexes over the runs of a shard. */
export interface RunIndex {
  /** Of each the run with the newest alert: nearly always where the next one belongs. */
  readonly byFingerprint: Map<Fingerprint, Run>;
  readonly byCell: Map<EventTimeMs, OfCell>;
}

/** A cell that a run is about to be added to. */
export function openCell({ byCell }: RunIndex, cell: EventTimeMs): OfCell {
  const known = byCell.get(cell);
  if (known !== undefined) return known;
  const shared = { start: cell, lists: new NumberLists() };
  const opened = {
    ...{ from: Number.POSITIVE_INFINITY, runs: [], isInOrder: true, asked: 0, isStated: false },
    shared,
  };
  byCell.set(cell, opened);
  return opened;
}

/** With the other runs of its fingerprint, where somebody knows the latest of them already. */
export function addRun(index: RunIndex, run: Run, known: Run | null = null): void {
  const ofCell = openCell(index, run.cell);
  const last = ofCell.runs[ofCell.runs.length - 1];
  if (last !== undefined && inOrder(last, run) > 0) ofCell.isInOrder = false;
  ofCell.runs.push(run);
  ofCell.from = Math.min(ofCell.from, run.offset);
  const latest = known ?? index.byFingerprint.get(run.subject.fingerprint);
  if (latest === undefined) {
    run.isLatest = true;
    index.byFingerprint.set(run.subject.fingerprint, run);
    return;
  }
  const kin = kinOf(latest);
  run.kin = kin;
  kin.runs.push(run);
  kin.byKey?.set(keyOfRun(run), run);
  if (newerRun(latest, run) === run) makeLatest(index, run, latest);
}

/** Runs in the order in which they began. */
export function inOrder(a: Run, b: Run): number {
  return a.offset - b.offset || a.n - b.n;
}

function kinOf(run: Run): Kin {
  run.kin ??= { runs: [run], byKey: null };
  return run.kin;
}

/** The newest alert names the latest run of a fingerprint, whatever order the rows come back in. */
export function indexRuns(table: Table<Run>, times: CellTimes): RunIndex {
  const runs: RunIndex = { byFingerprint: new Map(), byCell: new Map() };
  for (const [key, stored] of table.entries()) {
    const run = liveRun(stored, times, openCell(runs, stored.cell).shared);
    run.slot = table.restore(key, run);
    addRun(runs, run);
  }
  return runs;
}

function newerRun(a: Run, b: Run): Run {
  return (a.vOffset - b.vOffset || a.vN - b.vN) < 0 ? b : a;
}

/** Of its fingerprint, in the place of the one that was until now. */
export function makeLatest({ byFingerprint }: RunIndex, run: Run, former: Run): void {
  former.isLatest = false;
  run.isLatest = true;
  byFingerprint.set(run.subject.fingerprint, run);
}

/** That of the runs of a fingerprint, of which one is known, where an observation belongs. */
export function runAmong(known: Run, event: Identified, sighted: Sighted): Run | undefined {
  const { kin } = known;
  if (kin === null) return isOfRun(known, event, sighted) ? known : undefined;
  if (kin.runs.length <= fewRuns) return kin.runs.find((run) => isOfRun(run, event, sighted));
  kin.byKey ??= new Map(kin.runs.map((run) => [keyOfRun(run), run]));
  return kin.byKey.get(runKey(event, sighted));
}

/** Nobody finds it any more, nor keeps it: heads are remembered for much longer. */
export function letGo(run: Run): void {
  run.isLatest = false;
  if (run.head.run === run) run.head.run = null;
}

/** In place: an alert that comes back has a run come and one go in each cell, and a new list has room for 17. */
function dropFrom(runs: Run[], cell: EventTimeMs): void {
  let kept = 0;
  for (const run of runs) {
    if (run.cell === cell) continue;
    runs[kept] = run;
    kept += 1;
  }
  runs.length = kept;
}

/** Once for all runs of a fingerprint: a flapping alert may have thousands in a cell. */
export function forget({ byFingerprint }: RunIndex, fingerprint: Fingerprint, cell: EventTimeMs): void {
  const latest = byFingerprint.get(fingerprint);
  if (latest === undefined) return;
  const kin = latest.kin ?? { runs: [latest], byKey: null };
  dropFrom(kin.runs, cell);
  kin.byKey = null;
  const [first] = kin.runs;
  if (first === undefined) {
    byFingerprint.delete(fingerprint);
    return;
  }
  const newest = kin.runs.reduce(newerRun, first);
  newest.isLatest = true;
  byFingerprint.set(fingerprint, newest);
  if (kin.runs.length === 1) newest.kin = null;
}
