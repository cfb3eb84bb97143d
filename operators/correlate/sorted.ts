/** Negative when `a` stands before `b`. Total: 0 only for what is one and the same. */
export type Compare<T> = (a: T, b: T) => number;

/** Words by UTF-16 unit, the same everywhere (localeCompare depends on the machine). */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Index of the first item that does not stand before `item`. */
function lowerBound<T>(list: readonly T[], item: T, compare: Compare<T>): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = list[middle];
    if (there !== undefined && compare(there, item) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts `item` where it belongs in a sorted list, in place. */
export function insertSorted<T>(list: T[], item: T, compare: Compare<T>): void {
  list.splice(lowerBound(list, item, compare), 0, item);
}

/** Puts `item` in the place of the one equal to it, if there is one, in place. */
export function replaceSorted<T>(list: T[], item: T, compare: Compare<T>): void {
  const at = lowerBound(list, item, compare);
  const there = list[at];
  if (there !== undefined && compare(there, item) === 0) list[at] = item;
}

/** Takes the item equal to `item` out of a sorted list, in place. */
export function removeSorted<T>(list: T[], item: T, compare: Compare<T>): void {
  const at = lowerBound(list, item, compare);
  const there = list[at];
  if (there !== undefined && compare(there, item) === 0) list.splice(at, 1);
}
