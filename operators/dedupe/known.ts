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
  /** Keys of the runs of each fingerprint. */
  readonly runs: Map<Fingerprint, Set<string>>;
  /** Keys of what was counted, by the cell whose death they wait for. */
  readonly counted: Map<EventTimeMs, Set<string>>;
}

export type FoldStep = Step<DedupeConfig, typeof foldTables, Index, RelateEvent>;

export const noHistory: History = { floor: null, hasEnded: false, isNamed: false, carried: null, told: [] };

export function indexOf(tables: TablesOf<typeof foldTables>): Index {
  const index: Index = { runs: new Map(), counted: new Map() };
  for (const [key, { partial }] of tables.runs.entries()) keep(index.runs, partial.fingerprint, key);
  for (const [key, { cell }] of tables.counted.entries()) keep(index.counted, cell, key);
  return index;
}

export function keep<K>(index: Map<K, Set<string>>, at: K, key: string): void {
  const keys = index.get(at);
  if (keys === undefined) index.set(at, new Set([key]));
  else keys.add(key);
}

export function unkeep<K>(index: Map<K, Set<string>>, at: K, key: string): void {
  const keys = index.get(at);
  keys?.delete(key);
  if (keys?.size === 0) index.delete(at);
}

/** The runs of a fingerprint in a fixed order. */
export function runsOf({ derived, tables }: FoldStep, fingerprint: Fingerprint): KnownRun[] {
  const runs: KnownRun[] = [];
  for (const key of derived.runs.get(fingerprint) ?? []) {
    const run = tables.runs.get(key);
    if (run !== undefined) runs.push(run);
  }
  return runs.sort(compareRuns);
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

function rulesFor(fingerprint: Fingerprint, config: DedupeConfig): Rules {
  return { config, cap: { maxMs: config.maxOccurrenceMs, offsetMs: hash32(fingerprint) % lineMs } };
}
