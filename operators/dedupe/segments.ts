import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Segment, Values } from '../../schemas/reduced.ts';
import { mergeValues, type OpenValues, observeValue } from '../../schemas/values.ts';

/**
 * The times of a run, kept fine enough to cut it at a resolve. Up to `maxExact` distinct times each is a segment of its
 * own; a run with more is kept on an absolute grid. Which of the two holds, and what it looks like, depends on the set
 * of times alone: not on their order, nor on how they were spread over partitions (`uniteSegments`).
 */
export const maxExact = 64;

export type OpenSegment = {
  -readonly [K in keyof Segment]: K extends 'values' ? OpenValues | null : Segment[K];
};

/** What an observation adds to a segment. */
export interface Sighting {
  readonly t: EventTimeMs;
  readonly value: number | null;
  /** The end that a timeout source named. */
  readonly endsAt: EventTimeMs | null;
}

/** A cell has at most 300 segments. */
export function gridOf(cellMs: number): number {
  return Math.max(1_000, Math.ceil(cellMs / 300));
}

/** Segments that grow; `gridMs` is 1 while each distinct time has its own. */
export interface OpenSegments {
  segments: OpenSegment[];
  gridMs: number;
}

/** Counts a sighting in place. */
export function observeSegment(open: OpenSegments, seen: Sighting, cellMs: number): void {
  const { segments, gridMs } = open;
  const newest = segments[segments.length - 1];
  const isNewest = newest !== undefined && slotOf(newest.first, gridMs) === slotOf(seen.t, gridMs);
  const position = isNewest ? segments.length - 1 : positionOf(segments, seen.t, gridMs);
  const segment = segments[position];
  if (segment !== undefined && slotOf(segment.first, gridMs) === slotOf(seen.t, gridMs)) {
    addTo(segment, seen);
    return;
  }
  const { t, value, endsAt } = seen;
  const values = observeValue(null, value, t);
  const segmentOfOne = { first: t, last: t, endsAt, count: 1, values };
  if (position === segments.length) segments.push(segmentOfOne);
  else segments.splice(position, 0, segmentOfOne);
  if (gridMs > 1 || segments.length <= maxExact) return;
  open.gridMs = gridOf(cellMs);
  open.segments = coarsen(segments, open.gridMs).map(copySegment);
}

function addTo(segment: OpenSegment, { t, value, endsAt }: Sighting): void {
  segment.count += 1;
  if (t < segment.first) segment.first = t;
  if (t > segment.last) segment.last = t;
  if (endsAt !== null) segment.endsAt = latest(segment.endsAt, endsAt);
  if (value !== null) segment.values = observeValue(segment.values, value, t);
}

/** Segments of one run as several partitions saw it, as one partition would have kept them. */
export function uniteSegments(lists: readonly (readonly Segment[])[], cellMs: number): readonly Segment[] {
  const only = lists[0];
  if (lists.length === 1 && only !== undefined) return only;
  const all = lists.flat().sort((a, b) => a.first - b.first);
  const exact = lists.some(isCoarse) ? all : coarsen(all, 1);
  return isCoarse(exact) ? coarsen(all, gridOf(cellMs)) : exact;
}

/** On the grid for good: more distinct times than are kept apart, or two of them already in one segment. */
export function isCoarse(segments: readonly Segment[]): boolean {
  return segments.length > maxExact || segments.some(({ first, last }) => first < last);
}

function coarsen(segments: readonly Segment[], grid: number): Segment[] {
  return mergeAll(segments, ({ first }) => slotOf(first, grid));
}

/** Neighbours of one slot as one; `segments` must be ascending by `first`. */
export function mergeAll(segments: readonly Segment[], slot: (segment: Segment) => number): Segment[] {
  const merged: Segment[] = [];
  let open: Segment | null = null;
  for (const segment of segments) {
    if (open !== null && slot(open) === slot(segment)) open = mergeSegments(open, segment);
    else {
      if (open !== null) merged.push(open);
      open = segment;
    }
  }
  return open === null ? merged : [...merged, open];
}

function mergeSegments(a: Segment, b: Segment): Segment {
  return {
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
    endsAt: latest(a.endsAt, b.endsAt),
    count: a.count + b.count,
    values: mergeValues(a.values, b.values),
  };
}

/** Position of the segment that holds `t`, or where one would stand; from the end, since most come in order. */
function positionOf(segments: readonly Segment[], t: EventTimeMs, grid: number): number {
  let position = segments.length;
  while (position > 0 && slotOf(segments[position - 1]?.first ?? 0, grid) >= slotOf(t, grid)) position -= 1;
  return position;
}

export function copySegment(segment: Segment): OpenSegment {
  return { ...segment, values: copyValues(segment.values) };
}

export function copyValues(values: Values | null): Values | null {
  return values === null ? null : { ...values };
}

function slotOf(t: EventTimeMs, grid: number): number {
  return Math.floor(t / grid);
}

export function latest(a: EventTimeMs | null, b: EventTimeMs | null): EventTimeMs | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
