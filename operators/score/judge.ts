import type { Contribution, Score } from '../../schemas/alert.ts';
import { countOf } from '../../schemas/sketch.ts';
import { countAtLeast, type History, rankOf, tail, tailBelow } from './history.ts';
import type { Series, TenantHabits, ValueSeries } from './series.ts';

/** Something about an alert that can be unusual, as −ln of its probability under the series' own history (0: certain). */
export interface Feature {
  readonly name: 'rarity' | 'burst' | 'value';
  readonly surprise: number;
}

/** How seldom the series alerts at all: the share of its buckets that held anything. */
export function rarity(series: Series): Feature {
  return { name: 'rarity', surprise: -Math.log(tail(series.rates, 1)) };
}

/** How large the present bucket is among those in which it alerted. */
export function burst(series: Series): Feature {
  const active = countAtLeast(series.rates, 1);
  const asLarge = countAtLeast(series.rates, Math.max(series.count, 1));
  return { name: 'burst', surprise: -Math.log((1 + asLarge) / (1 + active)) };
}

/** How far out the value lies on either side, once enough values came before. */
export function valueFeature(
  series: ValueSeries | undefined,
  value: number | null,
  minValues: number,
): Feature {
  if (series === undefined || value === null || countOf(series.values) < minValues)
    return { name: 'value', surprise: 0 };
  const above = tail(series.values, value);
  const below = tailBelow(series.values, value);
  // Both sides are looked at, so the smaller tail is doubled.
  const twoSided = Math.min(1, 2 * Math.min(above, below));
  return { name: 'value', surprise: -Math.log(twoSided) };
}

/** Independent surprises add up (Fisher's method). */
export function totalSurprise(features: readonly Feature[]): number {
  return features.reduce((sum, { surprise }) => sum + surprise, 0);
}

/**
 * The share of earlier tellings that were less surprising: first of this series, and while it is young, `borrow`
 * observations' worth of its tenant. 0.5 when nothing is known.
 */
export function scoreOf(features: readonly Feature[], known: Known): Score {
  const total = totalSurprise(features);
  const own = rankOf(known.own, total);
  const lent = rankOf(known.tenant, total);
  const trust = own.of / (own.of + known.borrow);
  const value = trust * own.rank + (1 - trust) * lent.rank;
  return { value, features: shares(features, total, value) };
}

export interface Known {
  readonly own: History;
  readonly tenant: TenantHabits['surprises'];
  readonly borrow: number;
}

/** What drove the score, greatest first; the weights sum to the score. */
function shares(features: readonly Feature[], total: number, value: number): readonly Contribution[] {
  if (total === 0) return [];
  return features
    .filter(({ surprise }) => surprise > 0)
    .map(({ name, surprise }) => ({ name, weight: (value * surprise) / total }))
    .sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1));
}
