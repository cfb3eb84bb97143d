import type { Contribution } from '../../schemas/alert.ts';
import type { Real } from '../../schemas/clickhouse/index.ts';

/** Last millisecond that DateTime64 is made for: 2299-12-31T23:59:59.999Z. */
const lastMs = 10_413_791_999_999;

/** Whole milliseconds, as DateTime64(3) takes them; what it cannot hold moves to the nearest time it can. */
export function time(ms: number | null | undefined): number {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return 0;
  return Math.min(Math.max(Math.trunc(ms), 0), lastMs);
}

/** JSON has no NaN and no infinities; ClickHouse reads these words. */
export function real(value: number | null | undefined): Real {
  if (value === null || value === undefined || Number.isNaN(value)) return 'nan';
  if (Number.isFinite(value)) return value;
  return value > 0 ? 'inf' : '-inf';
}

export function weights(contributions: readonly Contribution[] | undefined): Readonly<Record<string, Real>> {
  if (contributions === undefined) return {};
  return Object.fromEntries(contributions.map(({ name, weight }) => [name, real(weight)]));
}
