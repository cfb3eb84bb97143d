import type { EventTimeMs, OccurrenceId } from '../../schemas/brand.ts';
import type { InputRange } from '../../schemas/decision.ts';
import type { Reason } from '../../schemas/reasons.ts';
import type { LateAlert } from '../../schemas/reduced.ts';
import type { DecisionDraft } from '../operator.ts';
import type { Observed } from './observed.ts';
import type { Atom } from './occurrences.ts';
import { type Causes, type KnownPartial, type KnownRun, knownRunKey } from './rows.ts';

/*
 * Each alert that entered is accounted for exactly once: as the cause of a telling, or in the count of one decision here.
 * A run's alerts are its count; its causes are one alert each; the rest is what the decisions about it add up to, however
 * the run was cut into occurrences and whatever ids these had when they were told.
 */

/** The alerts of a run that went into one occurrence, or ended none (`occurrence` null). */
export interface Portion {
  readonly runKey: string;
  readonly occurrence: OccurrenceId | null;
  readonly reason: Reason;
  count: number;
  firstAt: EventTimeMs;
  lastAt: EventTimeMs;
}

/** Settled atoms and what they were settled as. */
export interface Settlement {
  readonly atoms: readonly Atom[];
  readonly occurrence: OccurrenceId | null;
  readonly reason: Reason;
}

/** What each run contributed to each settlement. */
export function portionsOf(settlements: readonly Settlement[], observed: readonly Observed[]): Portion[] {
  const portions = new Map<string, Portion>();
  for (const { atoms, occurrence, reason } of settlements) {
    for (const { index } of atoms) {
      const seen = observed[index];
      if (seen === undefined) continue;
      for (const run of seen.sight.runs) addPortion(portions, run, { seen, occurrence, reason });
    }
  }
  return [...portions.values()];
}

function addPortion(
  portions: Map<string, Portion>,
  { partial, counts }: KnownRun,
  { seen, occurrence, reason }: Pick<Settlement, 'occurrence' | 'reason'> & { readonly seen: Observed },
): void {
  const runKey = knownRunKey(partial);
  const key = `${runKey} ${occurrence} ${reason}`;
  const isWhole = seen.segment === partial;
  for (const { first, last, count } of isWhole ? [partial] : counts.unpack().segments) {
    if (first < seen.segment.first || first > seen.segment.last) continue;
    const portion = portions.get(key);
    if (portion === undefined)
      portions.set(key, { runKey, occurrence, reason, count, firstAt: first, lastAt: last });
    else {
      portion.count += count;
      portion.firstAt = Math.min(portion.firstAt, first);
      portion.lastAt = Math.max(portion.lastAt, last);
    }
  }
}

/**
 * How many of a portion's alerts were causes. Those told of its own occurrence come first; but no more are left for the
 * rest of the run than it has alerts, so that no count is ever negative.
 */
export function causesIn(run: KnownRun, { occurrence, count }: Portion): number {
  const own = run.causes.find((causes) => causes.occurrence === occurrence)?.count ?? 0;
  const alertsAfter = run.partial.count - run.settledCount - count;
  return Math.min(count, Math.max(own, causeCount(run) - alertsAfter));
}

export function causeCount({ causes }: KnownRun): number {
  return causes.reduce((sum, { count }) => sum + count, 0);
}

/** The run after a portion of it was accounted for, `taken` of its alerts as causes. */
export function settlePortion(run: KnownRun, portion: Portion, taken: number): KnownRun {
  return {
    ...run,
    causes: takeCauses(run.causes, portion.occurrence, taken),
    settledCount: run.settledCount + portion.count,
    settledTo: Math.max(run.settledTo ?? portion.lastAt, portion.lastAt),
  };
}

function takeCauses(
  causes: readonly Causes[],
  occurrence: OccurrenceId | null,
  taken: number,
): readonly Causes[] {
  let left = taken;
  const ownFirst = [...causes].sort(
    (a, b) => Number(b.occurrence === occurrence) - Number(a.occurrence === occurrence),
  );
  return ownFirst.flatMap((cause) => {
    const count = cause.count - Math.min(cause.count, left);
    left -= cause.count - count;
    return count > 0 ? [{ ...cause, count }] : [];
  });
}

/** Adds one alert that caused a telling of `occurrence`. */
export function withCause(run: KnownRun, occurrence: OccurrenceId): KnownRun {
  const known = run.causes.find((causes) => causes.occurrence === occurrence);
  const others = run.causes.filter((causes) => causes.occurrence !== occurrence);
  return { ...run, causes: [...others, { occurrence, count: (known?.count ?? 0) + 1 }] };
}

/** The newest alert of a run's present version. */
export function newestAlert({ partial: { shard, id, v, last } }: KnownRun): InputRange {
  return { shard, id, from: v, to: v, firstAt: last, lastAt: last };
}

export function lateRange({ shard, place, at }: LateAlert): InputRange {
  return { shard, id: place, from: place, to: place, firstAt: at, lastAt: at };
}

/** A decision about alerts of a run that caused nothing. */
export function decisionOn(
  run: KnownPartial,
  portion: Pick<Portion, 'occurrence' | 'reason' | 'count' | 'firstAt' | 'lastAt'>,
): DecisionDraft {
  const { occurrence, reason, count, firstAt, lastAt } = portion;
  const { fingerprint, tenant, shard, id, v, droppedBy } = run;
  return {
    alertId: occurrence ?? fingerprint,
    fingerprint,
    occurrence,
    incidentId: null,
    generation: 0,
    tenant,
    outcome: droppedBy === '' ? 'folded' : 'suppressed',
    reason,
    rule: droppedBy,
    location: '',
    detail: {},
    count,
    inputRange: { shard, id, from: id, to: v, firstAt, lastAt },
    eventTime: lastAt,
  };
}

/** Every alert of a run as one portion. */
export function wholeRun(
  run: Pick<KnownPartial, 'count' | 'first' | 'last'>,
  reason: Reason,
): Omit<Portion, 'runKey'> {
  return { occurrence: null, reason, count: run.count, firstAt: run.first, lastAt: run.last };
}
