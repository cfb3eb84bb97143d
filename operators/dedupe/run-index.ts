import type { EventTimeMs, Fingerprint } from '../../schemas/brand.ts';
import type { Identified } from '../events.ts';
import type { Table } from '../table.ts';
import type { CellTimes } from './config.ts';
import { NumberLists } from './number-lists.ts';
import { isOfRun, type Kin, keyOfRun, liveRun, type Run, runKey } from './run.ts';
import type { Sighted } from './sight.ts';

/** So many runs of a fingerprint are compared one by one: building a key costs more. */
const fewRuns = 8;

interface OfCell {
  /** Offset of the first alert in any of its runs. */
  from: number;
  readonly runs: Run[];
  /** Whether it is over and all was stated. */
  isStated: boolean;
  /** What waits in its runs. */
  readonly lists: NumberLists;
}

/** Indexes over the runs of a shard. */
export interface RunIndex {
  readonly byFingerprint: Map<Fingerprint, Kin>;
  readonly byCell: Map<EventTimeMs, OfCell>;
}

/** A cell that a run is about to be added to. */
export function openCell({ byCell }: RunIndex, cell: EventTimeMs): OfCell {
  const known = byCell.get(cell);
  if (known !== undefined) return known;
  const opened = { from: Number.POSITIVE_INFINITY, runs: [], isStated: false, lists: new NumberLists() };
  byCell.set(cell, opened);
  return opened;
}

/** With the other runs of its fingerprint, where somebody knows them already. */
export function addRun(index: RunIndex, run: Run, kin: Kin | null = null): void {
  const ofCell = openCell(index, run.cell);
  ofCell.runs.push(run);
  ofCell.from = Math.min(ofCell.from, run.id.offset);
  const known = kin ?? index.byFingerprint.get(run.fingerprint);
  if (known === undefined) {
    run.isLatest = true;
    run.kin = { latest: run, runs: [run], byKey: null };
    index.byFingerprint.set(run.fingerprint, run.kin);
    return;
  }
  run.kin = known;
  known.runs.push(run);
  known.byKey?.set(keyOfRun(run), run);
  if (newerRun(known.latest, run) === run) makeLatest(run);
}

/** The newest alert names the latest run of a fingerprint, whatever order the rows come back in. */
export function indexRuns(table: Table<Run>, times: CellTimes): RunIndex {
  const runs: RunIndex = { byFingerprint: new Map(), byCell: new Map() };
  for (const [key, stored] of table.entries()) {
    const run = liveRun(stored, times, openCell(runs, stored.cell).lists);
    table.restore(key, run);
    addRun(runs, run);
  }
  return runs;
}

function newerRun(a: Run, b: Run): Run {
  return (a.vOffset - b.vOffset || a.vN - b.vN) < 0 ? b : a;
}

export function makeLatest(run: Run): void {
  const { kin } = run;
  if (kin === null) return;
  kin.latest.isLatest = false;
  kin.latest = run;
  run.isLatest = true;
}

export function runAmong(kin: Kin, event: Identified, sighted: Sighted): Run | undefined {
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
  const known = byFingerprint.get(fingerprint);
  if (known === undefined) return;
  dropFrom(known.runs, cell);
  known.byKey = null;
  const [first] = known.runs;
  if (first === undefined) byFingerprint.delete(fingerprint);
  else {
    known.latest = known.runs.reduce(newerRun, first);
    known.latest.isLatest = true;
  }
}
