import type { EventTimeMs } from '../../schemas/brand.ts';
import { copyMinute, type OpenMinute, observeMinute } from './minutes.ts';
import type { NumberList, NumberLists } from './number-lists.ts';
import { copySegment, type OpenSegments, observeSegment, type Sighting } from './segments.ts';

/**
 * What a run has seen, by time and by minute. Observations wait in `fresh` and are counted when somebody wants to know: most
 * runs are asked twice in their life, and a number or two cost a fiftieth of a segment and a minute with a sketch.
 */
export interface Counts extends OpenSegments {
  readonly cell: EventTimeMs;
  readonly cellMs: number;
  minutes: OpenMinute[];
  /**
   * What `segments` and `minutes` do not hold yet, in the order it came: of an observation without a value its distance from the
   * start of the cell, of one with a value -1 less that distance, and the value.
   */
  readonly fresh: readonly number[];
}

/** Counts that observations are added to; `fresh` is what is in their list. */
export interface OpenCounts extends Counts, NumberList {
  readonly lists: NumberLists;
}

/** So many numbers wait: those of as many observations as segments tell times apart, if all have values. */
const maxFresh = 128;

/** Adds an observation that names no end, `distance` behind the start of the cell. */
export function addFresh(counts: OpenCounts, distance: number, value: number | null): void {
  const { lists } = counts;
  if (value !== null && Number.isFinite(value)) {
    lists.push(counts, -1 - distance);
    lists.push(counts, value);
  } else lists.push(counts, distance);
  if (counts.listLength < maxFresh) return;
  const { fresh } = counts;
  lists.clear(counts);
  countAll(counts, fresh);
}

/** Adds an observation at once; no other may be waiting. */
export function count(counts: Counts, seen: Sighting): void {
  if (counts.segments.length === 0) ownLists(counts);
  observeSegment(counts, seen, counts.cellMs);
  observeMinute(counts.minutes, seen.t, seen.value);
}

/** Of who has counted nothing: most runs never count, and a list of their own costs each as much as half of what waits in it. */
export const noItems: never[] = [];

function ownLists(counts: Counts): void {
  counts.segments = [];
  counts.minutes = [];
}

/** Everything counted, sharing nothing that may still change. */
export function counted({ segments, gridMs, cell, cellMs, minutes, fresh }: Counts): Counts {
  const all: Counts = {
    segments: segments.map(copySegment),
    gridMs,
    cell,
    cellMs,
    minutes: minutes.map(copyMinute),
    fresh: [],
  };
  countAll(all, fresh);
  return all;
}

function countAll(counts: Counts, fresh: readonly number[]): void {
  for (let i = 0; i < fresh.length; i += 1) {
    // The loop keeps within the list.
    const first = fresh[i] as number;
    if (first >= 0) count(counts, { t: counts.cell + first, value: null, endsAt: null });
    else {
      i += 1;
      count(counts, { t: counts.cell - 1 - first, value: fresh[i] ?? null, endsAt: null });
    }
  }
}
