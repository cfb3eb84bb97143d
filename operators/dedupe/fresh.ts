import { copyMinute, type OpenMinute, observeMinute } from './minutes.ts';
import { copySegment, type OpenSegments, observeSegment, type Sighting } from './segments.ts';

/**
 * What a run has seen, by time and by minute. Observations wait in `fresh` and are counted when somebody wants to know: most
 * runs are asked twice in their life, and two numbers in a row cost a fiftieth of a segment and a minute with a sketch.
 */
export interface Counts extends OpenSegments {
  readonly cellMs: number;
  minutes: OpenMinute[];
  /** Time and value (NaN for none) in turn, in the order they came: what `segments` and `minutes` do not hold yet. */
  fresh: number[];
}

/** So many observations wait: as many as segments tell times apart. */
const maxFresh = 64;

/** Adds an observation that names no end. */
export function addFresh(counts: Counts, t: number, value: number | null): void {
  const { fresh } = counts;
  // A list that grows from none has room for 17, which is a waste for the many that stay alone.
  if (fresh.length === 0) counts.fresh = [t, value ?? Number.NaN];
  else fresh.push(t, value ?? Number.NaN);
  if (fresh.length < 2 * maxFresh) return;
  countAll(counts, fresh);
  counts.fresh = [];
}

/** Adds an observation at once; no other may be waiting. */
export function count(counts: Counts, seen: Sighting): void {
  observeSegment(counts, seen, counts.cellMs);
  observeMinute(counts.minutes, seen.t, seen.value);
}

/** Everything counted, sharing nothing that may still change. */
export function counted({ segments, gridMs, cellMs, minutes, fresh }: Counts): Counts {
  const all: Counts = {
    segments: segments.map(copySegment),
    gridMs,
    cellMs,
    minutes: minutes.map(copyMinute) as OpenMinute[],
    fresh: [],
  };
  countAll(all, fresh);
  return all;
}

function countAll(counts: Counts, fresh: readonly number[]): void {
  for (let i = 0; i + 1 < fresh.length; i += 2) {
    const value = fresh[i + 1] ?? Number.NaN;
    count(counts, { t: fresh[i] ?? 0, value: Number.isNaN(value) ? null : value, endsAt: null });
  }
}
