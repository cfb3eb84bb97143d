import type { EventTimeMs } from './brand.ts';
import type { Values } from './reduced.ts';

/** Values of a live run, added to in place by their sole owner. */
export type OpenValues = { -readonly [K in keyof Values]: Values[K] };

/** Adds one observed value; NaN and infinities are not values. */
export function observeValue(
  values: OpenValues | null,
  value: number | null,
  t: EventTimeMs,
): OpenValues | null {
  if (value === null || !Number.isFinite(value)) return values;
  if (values === null) return { count: 1, sum: value, min: value, max: value, last: value, lastAt: t };
  values.count += 1;
  values.sum = finite(values.sum + value);
  values.min = Math.min(values.min, value);
  values.max = Math.max(values.max, value);
  if (t > values.lastAt || (t === values.lastAt && value > values.last)) {
    values.last = value;
    values.lastAt = t;
  }
  return values;
}

/** Both as one; the order matters to the last bits of the sum only. */
export function mergeValues(a: Values | null, b: Values | null): Values | null {
  if (a === null || b === null) return a ?? b;
  const newer = b.lastAt > a.lastAt || (b.lastAt === a.lastAt && b.last > a.last) ? b : a;
  return {
    count: a.count + b.count,
    sum: finite(a.sum + b.sum),
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    last: newer.last,
    lastAt: newer.lastAt,
  };
}

/** What came since `older`: count and sum as differences; extremes and the last one stay those of the whole. */
export function valuesSince(newer: Values | null, older: Values | null): Values | null {
  if (newer === null || older === null) return newer;
  const count = newer.count - older.count;
  return count > 0 ? { ...newer, count, sum: finite(newer.sum - older.sum) } : null;
}

/** Sums saturate: an infinite sum would make every later difference NaN. */
function finite(sum: number): number {
  return Math.min(Math.max(sum, -Number.MAX_VALUE), Number.MAX_VALUE);
}
