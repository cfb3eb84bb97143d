import type { EventTimeMs } from '../../schemas/brand.ts';
import { cellOf, type DedupeConfig, resolveReach } from './config.ts';
import {
  type Atom,
  type Cap,
  earliestBegin,
  type Interval,
  type Period,
  type Slice,
  type Stray,
  sliceOf,
} from './occurrences.ts';

/** What is left of everything that was settled before. */
export interface Past {
  /** Nothing may begin or end before this any more; -Infinity when nothing was. */
  readonly floor: EventTimeMs;
  /** Whether an occurrence ended at or before the floor. */
  readonly hasEnded: boolean;
  /** The settled observations of an occurrence that is still open. */
  readonly carried: Interval | null;
}

export interface Timeline {
  /** What no later observation can touch, in order of time. */
  readonly sealed: Slice;
  readonly open: Slice;
  readonly floor: EventTimeMs;
  readonly hasEnded: boolean;
}

export interface Rules {
  readonly config: DedupeConfig;
  readonly cap: Cap;
}

/** Intervals that may still change, with the stretches of time they cover. */
interface Pool {
  intervals: Interval[];
  /** Disjoint and ascending; cuts are left out, since a stretch that a cut would shorten ends after the cut. */
  hulls: Hull[];
  /** The earliest end that a resolve among them names; Infinity without one. */
  nextCut: EventTimeMs;
  floor: EventTimeMs;
  hasEnded: boolean;
  readonly periods: Period[];
  readonly strays: Stray[];
}

interface Hull {
  readonly start: EventTimeMs;
  readonly end: EventTimeMs;
}

/**
 * The occurrences of one fingerprint. Runs through its atoms in order of time and keeps one rule: what ended more than
 * `latenessMs` before an observation is sealed, and neither that observation nor a later one can touch it; starts and
 * resolves that reach further back act from there on. So the result for all atoms is the result for those before any
 * instant, sealed `until` there, continued with the rest: settling early changes nothing.
 *
 * `atoms` are ascending by `first`; with `until`, all of them lie before it and every later one will not.
 */
export function timelineOf(
  past: Past,
  atoms: readonly Atom[],
  rules: Rules,
  until: EventTimeMs | null,
): Timeline {
  const { carried, floor, hasEnded } = past;
  const pool: Pool = {
    intervals: [],
    hulls: [],
    nextCut: never,
    floor,
    hasEnded,
    periods: [],
    strays: [],
  };
  if (carried !== null) add(pool, carried);
  let now = Number.NEGATIVE_INFINITY;
  for (const atom of atoms) {
    // Once per instant, so that the atoms of one instant have no order among them.
    if (atom.first > now) seal(pool, atom.first - rules.config.latenessMs, rules.cap);
    now = atom.first;
    add(pool, intervalOf(atom, pool.floor, rules));
  }
  if (until !== null) seal(pool, until - rules.config.latenessMs, rules.cap);
  return {
    sealed: { periods: pool.periods, strays: pool.strays },
    open: sliceOf(pool.intervals, rules.cap, pool.hasEnded),
    floor: pool.floor,
    hasEnded: pool.hasEnded,
  };
}

const never = Number.POSITIVE_INFINITY;

/** The time that an atom covers, given what is sealed at its own time. */
function intervalOf(atom: Atom, floor: EventTimeMs, { config, cap }: Rules): Interval {
  const isContinuation = false;
  if (atom.status === 'firing') {
    const start = Math.max(atom.startsAt ?? atom.first, floor, earliestBegin(atom.first, cap));
    const begin = Math.min(start, atom.first);
    return { atom, begin, end: atom.end, isContinuation };
  }
  // By cells, so that settled observations of older cells can be taken together.
  const reach = cellOf(atom.first, config) - resolveReach(config);
  const end = Math.max(atom.end, reach, floor);
  return { atom, begin: Math.min(Math.max(atom.startsAt ?? end, floor), end), end, isContinuation };
}

function add(pool: Pool, interval: Interval): void {
  pool.intervals.push(interval);
  const isResolve = interval.atom.status === 'resolved';
  if (isResolve) pool.nextCut = Math.min(pool.nextCut, interval.end);
  if (!isResolve || interval.begin < interval.end) cover(pool.hulls, interval);
}

/** Unites a stretch with those it overlaps or touches; nearly always the last one. */
function cover(hulls: Hull[], { begin, end }: Interval): void {
  let from = hulls.length;
  while (from > 0 && (hulls[from - 1]?.end ?? begin) >= begin) from -= 1;
  let united: Hull = { start: begin, end };
  let to = from;
  for (let hull = hulls[to]; hull !== undefined && hull.start <= united.end; hull = hulls[to]) {
    united = { start: Math.min(united.start, hull.start), end: Math.max(united.end, hull.end) };
    to += 1;
  }
  hulls.splice(from, to - from, united);
}

/** Takes out what ended at or before `before`, where an end by silence must lie strictly before it. */
function seal(pool: Pool, before: EventTimeMs, cap: Cap): void {
  if (pool.nextCut <= before) {
    sealOut(pool, newestCut(pool.intervals, before), cap);
    const left = pool.intervals;
    Object.assign(pool, { intervals: [], hulls: [], nextCut: never });
    for (const interval of left) add(pool, interval);
  }
  for (let hull = pool.hulls[0]; hull !== undefined && hull.end < before; hull = pool.hulls[0]) {
    pool.hulls.shift();
    sealOut(pool, hull.end, cap);
  }
}

function newestCut(intervals: readonly Interval[], before: EventTimeMs): EventTimeMs {
  let newest = Number.NEGATIVE_INFINITY;
  for (const { atom, end } of intervals)
    if (atom.status === 'resolved' && end <= before && end > newest) newest = end;
  return newest;
}

/** Everything up to `end`: resolves that end by then, and firing intervals that begin before it. */
function sealOut(pool: Pool, end: EventTimeMs, cap: Cap): void {
  const isOver = ({ atom, begin, end: itsEnd }: Interval) =>
    itsEnd <= end || (atom.status === 'firing' && begin < end);
  const { periods, strays } = sliceOf(pool.intervals.filter(isOver), cap, pool.hasEnded);
  pool.periods.push(...periods);
  pool.strays.push(...strays);
  pool.hasEnded ||= periods.length > 0;
  pool.floor = Math.max(pool.floor, end);
  pool.intervals = pool.intervals.flatMap((interval) =>
    isOver(interval) ? [] : [{ ...interval, begin: Math.max(interval.begin, end) }],
  );
}
