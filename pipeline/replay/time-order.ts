/**
 * Numbers of records in the order of their times, equal times in the order of the numbers. Real files are a few sorted
 * stretches one after another, so the stretches are found and merged: linear for a sorted file, n log n for any other.
 */
export function orderByTime(times: Float64Array): Uint32Array {
  let order = new Uint32Array(times.length);
  for (let number = 0; number < order.length; number += 1) order[number] = number;
  let bounds = stretchesOf(times);
  let spare = new Uint32Array(order.length);
  while (bounds.length > 2) {
    const merged = [0];
    for (let index = 0; index + 1 < bounds.length; index += 2) {
      const [from = 0, middle = 0, to = middle] = bounds.slice(index, index + 3);
      merge({ times, order, into: spare }, { from, middle, to });
      merged.push(to);
    }
    bounds = merged;
    [order, spare] = [spare, order];
  }
  return order;
}

/** Where the stretches of times that do not go back begin, and the end of the last one. */
function stretchesOf(times: Float64Array): readonly number[] {
  const bounds = [0];
  for (let number = 1; number < times.length; number += 1)
    if ((times[number] ?? 0) < (times[number - 1] ?? 0)) bounds.push(number);
  bounds.push(times.length);
  return bounds;
}

interface Merging {
  readonly times: Float64Array;
  readonly order: Uint32Array;
  readonly into: Uint32Array;
}

/** Merges two neighbouring sorted stretches; of equal times the one from the left comes first, which keeps it stable. */
function merge(
  { times, order, into }: Merging,
  { from, middle, to }: { readonly from: number; readonly middle: number; readonly to: number },
): void {
  let left = from;
  let right = middle;
  for (let at = from; at < to; at += 1) {
    const isLeft =
      left < middle && (right >= to || (times[order[left] ?? 0] ?? 0) <= (times[order[right] ?? 0] ?? 0));
    into[at] = order[isLeft ? left++ : right++] ?? 0;
  }
}
