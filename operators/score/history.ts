import type { Sketch } from '../../schemas/reduced.ts';
import { bucketOf, countOf, emptySketch, mergeSketches } from '../../schemas/sketch.ts';

/** An empirical distribution: how often which magnitude was seen. Zero is a magnitude like any other. */
export type History = Sketch;

export const nothing: History = emptySketch();

/** The history with `times` more observations of one value. */
export function withValue(history: History, value: number, times = 1): History {
  return times <= 0 ? history : mergeSketches(history, { keys: [bucketOf(value)], counts: [times] });
}

/** Two histories as one. */
export function together(a: History, b: History): History {
  return mergeSketches(a, b);
}

/** Old habits fade: every count halved, the rare ones (half of one) gone. */
export function faded(history: History): History {
  const halved = history.counts.map((count) => Math.floor(count / 2));
  const kept = halved.map((count) => count > 0);
  return {
    keys: history.keys.filter((_, position) => kept[position]),
    counts: halved.filter((count) => count > 0),
  };
}

/** Observations at or above `value`, within the 1 % of a bucket. */
export function countAtLeast(history: History, value: number): number {
  const key = bucketOf(value);
  return history.counts.reduce(
    (sum, count, position) => sum + ((history.keys[position] ?? 0) >= key ? count : 0),
    0,
  );
}

/**
 * Probability of seeing `value` or more, judged from the history: (1 + at least as great) / (1 + all). The one added is
 * the observation itself; without it nothing seen for the first time would be merely unlikely (Phipson & Smyth 2010).
 */
export function tail(history: History, value: number): number {
  return (1 + countAtLeast(history, value)) / (1 + countOf(history));
}

/** The same on the other side: probability of `value` or less. */
export function tailBelow(history: History, value: number): number {
  const key = bucketOf(value);
  const atMost = history.counts.reduce(
    (sum, count, position) => sum + ((history.keys[position] ?? 0) <= key ? count : 0),
    0,
  );
  return (1 + atMost) / (1 + countOf(history));
}

/** Share of the history below `value`, ties counted half: 0.5 for what is most ordinary, near 1 for a record. */
export function rankOf(history: History, value: number): { readonly rank: number; readonly of: number } {
  const of = countOf(history);
  if (of === 0) return { rank: 0.5, of };
  const key = bucketOf(value);
  let below = 0;
  for (const [position, count] of history.counts.entries()) {
    const at = history.keys[position] ?? 0;
    if (at < key) below += count;
    else if (at === key) below += count / 2;
  }
  return { rank: below / of, of };
}
