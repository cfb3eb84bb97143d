import type { EventTimeMs, Fingerprint } from '../../schemas/brand.ts';
import { hash32 } from '../../schemas/identity.ts';
import type { RelateEvent } from '../events.ts';
import type { Step } from '../operator.ts';
import type { TablesOf } from '../table.ts';
import type { DedupeConfig } from './config.ts';
import { compareRuns, type Observed, observedOf } from './observed.ts';
import { lineMs } from './occurrences.ts';
import type { foldTables, History, KnownRun } from './rows.ts';
import { carriedIndex } from './summarize.ts';
import { type Past, type Rules, type Timeline, timelineOf } from './timeline.ts';

/** Indexes over RELATE's rows. */
export interface Index {
  /** The runs of each fingerprint, in a fixed order (`compareRuns`): a time line is read from them with every partial. */
  readonly runs: Map<Fingerprint, KnownRun[]>;
  /** Keys of what was counted, by the cell whose death they wait for. */
  readonly counted: Map<EventTimeMs, Set<string>>;
}

export type FoldStep = Step<DedupeConfig, typeof foldTables, Index, RelateEvent>;

export const noHistory: History = { floor: null, hasEnded: false, isNamed: false, carried: null, told: [] };

export function indexOf(tables: TablesOf<typeof foldTables>): Index {
  const index: Index = { runs: new Map(), counted: new Map() };
  for (const run of tables.runs.values()) putInOrder(index.runs, run);
  for (const [key, { cell }] of tables.counted.entries()) keepCounted(index, cell, key);
  return index;
}

export function keepCounted({ counted }: Index, cell: EventTimeMs, key: string): void {
  const keys = counted.get(cell);
  if (keys === undefined) counted.set(cell, new Set([key]));
  else keys.add(key);
}

/** Stores what is known of a run now, under its key. */
export function putRun({ tables, derived }: FoldStep, key: string, run: KnownRun): void {
  tables.runs.set(key, run);
  putInOrder(derived.runs, run);
}

export function dropRun({ tables, derived }: FoldStep, key: string, run: KnownRun): void {
  tables.runs.delete(key);
  const { fingerprint } = run.partial;
  const runs = derived.runs.get(fingerprint) ?? [];
  const at = positionOf(runs, run);
  const known = runs[at];
  if (known !== undefined && compareRuns(known, run) === 0) runs.splice(at, 1);
  if (runs.length === 0) derived.runs.delete(fingerprint);
}

function putInOrder(index: Index['runs'], run: KnownRun): void {
  const runs = index.get(run.partial.fingerprint);
  if (runs === undefined) {
    index.set(run.partial.fingerprint, [run]);
    return;
  }
  const at = positionOf(runs, run);
  const known = runs[at];
  if (known !== undefined && compareRuns(known, run) === 0) runs[at] = run;
  else runs.splice(at, 0, run);
}

/** Where a run stands or would stand. Nearly always at the end; a flapping alert may have thousands in a cell. */
function positionOf(runs: readonly KnownRun[], run: KnownRun): number {
  const newest = runs[runs.length - 1];
  if (newest === undefined || compareRuns(newest, run) < 0) return runs.length;
  let from = 0;
  let to = runs.length - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    const known = runs[middle];
    if (known !== undefined && compareRuns(known, run) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** The runs of a fingerprint in a fixed order. The list itself: it changes with `putRun` and `dropRun`. */
export function runsOf({ derived }: FoldStep, fingerprint: Fingerprint): readonly KnownRun[] {
  return derived.runs.get(fingerprint) ?? [];
}

export interface Reading {
  readonly observed: readonly Observed[];
  readonly timeline: Timeline;
}

/** The time line of a fingerprint from what is known of it, dropped alerts apart. */
export function read(
  fingerprint: Fingerprint,
  runs: readonly KnownRun[],
  known: { readonly history: History; readonly config: DedupeConfig; readonly until: EventTimeMs | null },
): Reading {
  const { history, config, until } = known;
  const told = runs.filter(({ partial }) => partial.droppedBy === '');
  const rules = rulesFor(fingerprint, config);
  const observed = observedOf(told, rules);
  const atoms = observed.map(({ atom }) => atom);
  return { observed, timeline: timelineOf(pastOf(history), atoms, rules, until) };
}

function pastOf({ floor, hasEnded, carried }: History): Past {
  if (carried === null) return { floor: floor ?? Number.NEGATIVE_INFINITY, hasEnded, carried };
  const { start: begin, end, isContinuation, first, last } = carried;
  const atom = { status: 'firing', first, last, startsAt: null, end, index: carriedIndex } as const;
  return {
    floor: floor ?? Number.NEGATIVE_INFINITY,
    hasEnded,
    carried: { atom, begin, end, isContinuation },
  };
}

export function rulesFor(fingerprint: Fingerprint, config: DedupeConfig): Rules {
  return { config, cap: { maxMs: config.maxOccurrenceMs, offsetMs: hash32(fingerprint) % lineMs } };
}
