import type { Status } from '../../schemas/alert.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';

/** What one segment of a run says of its fingerprint's time line. */
export interface Atom {
  readonly status: Status;
  readonly first: EventTimeMs;
  readonly last: EventTimeMs;
  /** The named start of the period, or null. */
  readonly startsAt: EventTimeMs | null;
  /** Firing: until when it speaks if nothing else is heard, always after `last`. Resolved: the real end. */
  readonly end: EventTimeMs;
  /** For the caller to find it again; the time line does not look at it. */
  readonly index: number;
}

/** An atom with the time that it covers after clamping; an unnamed resolve is a point. */
export interface Interval {
  readonly atom: Atom;
  readonly begin: EventTimeMs;
  readonly end: EventTimeMs;
  /** Stands for what was already settled and began at a line of the cap: no later start may move it. */
  readonly isContinuation: boolean;
}

/** One occurrence, or one part of an occurrence that exceeded the cap. */
export interface Period {
  readonly start: EventTimeMs;
  /** Of a period that nobody resolved: until when it speaks if nothing else is heard. */
  readonly end: EventTimeMs;
  readonly isResolved: boolean;
  /** Begins where the part before it was cut at the cap. */
  readonly isContinuation: boolean;
  /** Ends where the part after it begins. */
  readonly isCut: boolean;
  readonly firing: readonly Atom[];
  readonly resolves: readonly Atom[];
}

/** A resolve that ends nothing. */
export interface Stray {
  readonly atom: Atom;
  /** What it means to end was over before. */
  readonly isRepeated: boolean;
}

export interface Slice {
  readonly periods: readonly Period[];
  readonly strays: readonly Stray[];
}

/** Cuts that long occurrences are made at: an absolute grid, shifted per fingerprint so that not all are cut at once. */
export interface Cap {
  readonly maxMs: number;
  readonly offsetMs: number;
}

/**
 * The grid is finer than the cap, so that a part is between `maxMs - lineMs` and `maxMs` long and what is shorter than the
 * cap is never cut. The cap is a multiple of it.
 */
export const lineMs = 3_600_000;

/** Number of the last line at or before `t`. */
export function lineOf(t: EventTimeMs, { offsetMs }: Cap): number {
  return Math.floor((t - offsetMs) / lineMs);
}

function timeOfLine(line: number, { offsetMs }: Cap): EventTimeMs {
  return line * lineMs + offsetMs;
}

/** The earliest begin of something observed at `t` that keeps its occurrence within the cap. */
export function earliestBegin(t: EventTimeMs, cap: Cap): EventTimeMs {
  return timeOfLine(lineOf(t - cap.maxMs, cap) + 1, cap);
}

/** Where an occurrence that began at `start` is cut if it is still observed then; always after `start`. */
export function capLine(start: EventTimeMs, cap: Cap): EventTimeMs {
  return timeOfLine(lineOf(start + cap.maxMs, cap), cap);
}

interface Placed extends Interval {
  /** Number of cuts at or before its begin: intervals of two slots are never one occurrence. */
  readonly slot: number;
}

interface Group {
  readonly slot: number;
  readonly members: Placed[];
  end: EventTimeMs;
}

/**
 * Occurrences of a set of intervals (design §7): each resolve cuts the time line at its end, and what overlaps or touches
 * between two cuts is one occurrence. An interval that begins before a cut ends there; one that begins at it or after
 * is of the next slot. A named resolve covers its own slot from its start on and so joins what it overlaps, but makes
 * no occurrence alone. The result does not depend on the order of `intervals`. `hasEnded`: an occurrence ended before.
 */
export function sliceOf(intervals: readonly Interval[], cap: Cap, hasEnded: boolean): Slice {
  const cuts = cutsOf(intervals);
  const periods: Period[] = [];
  const strays: Stray[] = [];
  for (const group of groupsOf(intervals, cuts)) {
    const parts = partsOf(group, cuts[group.slot], cap);
    if (parts.length > 0) periods.push(...parts);
    else
      for (const { atom } of group.members) strays.push({ atom, isRepeated: hasEnded || periods.length > 0 });
  }
  return { periods, strays };
}

function cutsOf(intervals: readonly Interval[]): EventTimeMs[] {
  const ends = new Set<EventTimeMs>();
  for (const { atom, end } of intervals) if (atom.status === 'resolved') ends.add(end);
  return [...ends].sort((a, b) => a - b);
}

/** Maximal runs of intervals of one slot that overlap or touch, in order of time. */
function groupsOf(intervals: readonly Interval[], cuts: readonly EventTimeMs[]): Group[] {
  const placed = intervals.map((interval) => place(interval, cuts)).sort(byTime);
  const groups: Group[] = [];
  for (const member of placed) {
    const group = groups.at(-1);
    if (group === undefined || group.slot !== member.slot || member.begin > group.end)
      groups.push({ slot: member.slot, members: [member], end: member.end });
    else {
      group.members.push(member);
      group.end = Math.max(group.end, member.end);
    }
  }
  return groups;
}

/** An interval as its slot leaves it. */
function place(interval: Interval, cuts: readonly EventTimeMs[]): Placed {
  const { atom, begin, end, isContinuation } = interval;
  if (atom.status === 'resolved') {
    const slot = cuts.indexOf(end);
    return { atom, begin: Math.max(begin, cuts[slot - 1] ?? begin), end, isContinuation, slot };
  }
  let slot = 0;
  while ((cuts[slot] ?? Number.POSITIVE_INFINITY) <= begin) slot += 1;
  return { atom, begin, end: Math.min(end, cuts[slot] ?? end), isContinuation, slot };
}

function byTime(a: Placed, b: Placed): number {
  return a.slot - b.slot || a.begin - b.begin || a.atom.first - b.atom.first || a.atom.index - b.atom.index;
}

/** The group as one occurrence, or as several where it exceeds the cap; none when nothing in it fires. */
function partsOf(group: Group, cut: EventTimeMs | undefined, cap: Cap): Period[] {
  const firing = group.members.filter(({ atom }) => atom.status === 'firing');
  const parts: Part[] = [];
  for (const member of firing.sort((a, b) => a.atom.first - b.atom.first))
    addToPart(parts, member, group.end, cap);
  const resolves = group.members.flatMap(({ atom }) => (atom.status === 'resolved' ? [atom] : []));
  return parts.map((part, position) => {
    const next = parts[position + 1];
    const isLast = next === undefined;
    return {
      start: part.start,
      isContinuation: part.isContinuation,
      firing: part.firing,
      end: next?.start ?? group.end,
      isResolved: isLast && group.end === cut,
      isCut: !isLast,
      resolves: isLast ? resolves : [],
    };
  });
}

interface Part {
  start: EventTimeMs;
  readonly isContinuation: boolean;
  readonly firing: Atom[];
}

/** In order of time: a later observation never changes where an earlier one was cut. */
function addToPart(parts: Part[], { atom, begin, isContinuation }: Placed, end: EventTimeMs, cap: Cap): void {
  const part = parts.at(-1);
  if (part === undefined) {
    parts.push({ start: begin, isContinuation, firing: [atom] });
    return;
  }
  let line = capLine(part.start, cap);
  if (atom.first < line || line >= end) {
    if (!part.isContinuation) part.start = Math.min(part.start, begin);
    part.firing.push(atom);
    return;
  }
  while (capLine(line, cap) <= atom.first && capLine(line, cap) < end) line = capLine(line, cap);
  parts.push({ start: line, isContinuation: true, firing: [atom] });
}
