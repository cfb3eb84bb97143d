import type { Sketch } from './reduced.ts';

/**
 * DDSketch (Masson et al., VLDB 2019): a histogram with buckets of equal *relative* width, so that every quantile is
 * within 1 % of a true one. Keys are whole numbers that sort as the values do: 0 is zero, `offset + i` holds values in
 * (gamma^(i-1), gamma^i], and `-(offset + i)` their negatives.
 */
const accuracy = 0.01;
const gamma = (1 + accuracy) / (1 - accuracy);
const logGamma = Math.log(gamma);

/** Bucket indexes of doubles lie within ±37,300; the offset keeps those of tiny values on their own side of zero. */
const offset = 40_000;

/** Numbers below this have too few bits left for 1 % (they are subnormal); they count as zero. */
const leastValue = 2.3e-308;

/**
 * Buckets kept, from the greatest value downwards; what is lower is counted in the lowest one kept. The greatest 512
 * keys of a set and the count below them do not depend on the order they came in, so neither does a sketch.
 */
export const maxBuckets = 512;

/** A sketch that its owner adds to in place. */
export interface OpenSketch extends Sketch {
  readonly keys: number[];
  readonly counts: number[];
}

export function emptySketch(): OpenSketch {
  return { keys: [], counts: [] };
}

/** Of one value. Lists made with their first item have room for that one: a list that grows from none has room for 17. */
export function sketchOf(value: number): OpenSketch {
  return { keys: [bucketOf(value)], counts: [1] };
}

/** Key of the bucket that holds `value`; NaN counts as zero, infinities as the greatest finite numbers. */
export function bucketOf(value: number): number {
  const size = Math.min(Math.abs(value), Number.MAX_VALUE);
  if (!(size >= leastValue)) return 0;
  const key = offset + Math.ceil(Math.log(size) / logGamma);
  return value < 0 ? -key : key;
}

/** The value that speaks for a bucket: at most 1 % away from each value in it. */
export function middleOf(key: number): number {
  if (key === 0) return 0;
  const index = Math.abs(key) - offset;
  // Halved before and doubled after the power, which would overflow in the topmost bucket.
  const size = Math.min(Math.exp(index * logGamma - Math.LN2) * (4 / (1 + gamma)), Number.MAX_VALUE);
  return key < 0 ? -size : size;
}

/** Counts one value. */
export function addValue(sketch: OpenSketch, value: number): void {
  addCount(sketch, bucketOf(value), 1);
}

/** Both sketches as one; in any order and grouping the result is the same. */
export function mergeSketches(a: Sketch, b: Sketch): Sketch {
  const merged: OpenSketch = { keys: [...a.keys], counts: [...a.counts] };
  for (const [position, key] of b.keys.entries()) addCount(merged, key, b.counts[position] ?? 0);
  return merged;
}

/**
 * What came to a cumulative sketch since an older state of itself. Counts that the older state held in buckets which the
 * newer one no longer keeps are taken from its lowest one.
 */
export function subtractSketch(newer: Sketch, older: Sketch): Sketch {
  const left = new Map(newer.keys.map((key, position) => [key, newer.counts[position] ?? 0]));
  const lowest = newer.keys[0] ?? 0;
  for (const [position, key] of older.keys.entries()) {
    const kept = Math.max(key, lowest);
    left.set(kept, (left.get(kept) ?? 0) - (older.counts[position] ?? 0));
  }
  const keys = newer.keys.filter((key) => (left.get(key) ?? 0) > 0);
  return { keys, counts: keys.map((key) => left.get(key) ?? 0) };
}

export function copySketch(sketch: Sketch): OpenSketch {
  return { keys: [...sketch.keys], counts: [...sketch.counts] };
}

/** Values counted. */
export function countOf(sketch: Sketch): number {
  let count = 0;
  for (const n of sketch.counts) count += n;
  return count;
}

/** Value at quantile `q` (0–1, the lower of two neighbours), or null for an empty sketch. */
export function quantileOf(sketch: Sketch, q: number): number | null {
  const rank = Math.min(Math.max(q, 0), 1) * (countOf(sketch) - 1);
  let below = 0;
  for (const [position, key] of sketch.keys.entries()) {
    below += sketch.counts[position] ?? 0;
    if (below > rank) return middleOf(key);
  }
  return null;
}

function addCount(sketch: OpenSketch, key: number, count: number): void {
  const { keys, counts } = sketch;
  const position = placeOf(keys, key);
  if (keys[position] === key) {
    counts[position] = (counts[position] ?? 0) + count;
  } else if (position === 0 && keys.length >= maxBuckets) {
    counts[0] = (counts[0] ?? 0) + count;
  } else {
    keys.splice(position, 0, key);
    counts.splice(position, 0, count);
    if (keys.length > maxBuckets) collapseLowest(sketch);
  }
}

function collapseLowest({ keys, counts }: OpenSketch): void {
  keys.shift();
  const lost = counts.shift() ?? 0;
  counts[0] = (counts[0] ?? 0) + lost;
}

/** First position whose key is not less than `key`. */
function placeOf(keys: readonly number[], key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? 0) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
