import { describe, expect, it } from 'vitest';
import { finals, flow, hour, minute, type SentDraft, said, second, sent } from '../../support/dedupe-flow.ts';
import { explicit, firingEvery, resolved } from './telling-case.ts';

describe('the parts of a long alert', () => {
  it('are never longer than the cap and hold every observation once', () => {
    const parts = finals(flow(firingEvery(10 * minute, 400, explicit).map(sent)));
    expect(parts.length).toBeGreaterThanOrEqual(3);
    expect(parts.every(({ firstSeen, lastSeen }) => lastSeen - firstSeen <= 24 * hour)).toBe(true);
    expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(400);
  });

  it('that follow the first are never told as first', () => {
    expect(
      said(flow(firingEvery(10 * minute, 400, explicit).map(sent))).filter((reason) => reason === 'first'),
    ).toHaveLength(1);
  });

  it('that are shorter than a day are not cut at all', () => {
    expect(finals(flow(firingEvery(10 * minute, 138, explicit).map(sent)))).toHaveLength(1);
  });
});

describe('value statistics', () => {
  const stats = (alerts: readonly SentDraft[], shards = 1) =>
    finals(flow(alerts.map(sent), { shards }))[0]?.valueStats;

  it('hold the last, least, greatest and mean value', () => {
    const alerts = [4, -2, 10, 4].map((value, n) => ({ at: n * second, value, shard: n }));
    expect(stats(alerts)).toEqual({ last: 4, min: -2, max: 10, mean: 4 });
    expect(stats(alerts, 4)).toEqual({ last: 4, min: -2, max: 10, mean: 4 });
  });

  it('speak only for observations that had a value', () => {
    expect(stats([{ at: 0, value: 6 }, { at: second }, { at: 2 * second, value: 2 }])?.mean).toBe(4);
  });

  it('are absent when no observation had one', () => {
    expect(stats([{ at: 0 }, { at: second }])).toBeNull();
  });

  it('take the greater of two last values at one time', () => {
    expect(
      stats([
        { at: 0, value: 7 },
        { at: 0, value: 3 },
      ])?.last,
    ).toBe(7);
  });

  it('ignore what is no number', () => {
    expect(
      stats([
        { at: 0, value: Number.NaN },
        { at: 0, value: 1 },
        { at: 0, value: Number.POSITIVE_INFINITY },
      ])?.max,
    ).toBe(1);
  });

  it('leave out values after a resolve that cut the run', () => {
    const alerts = [
      { at: 0, value: 1 },
      { at: second, ...resolved },
      { at: 2 * second, value: 9 },
    ];
    expect(finals(flow(alerts.map(sent))).map(({ valueStats }) => valueStats?.max)).toEqual([1, 9]);
  });
});
