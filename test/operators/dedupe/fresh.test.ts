import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addFresh,
  type Counts,
  count,
  counted,
  noItems,
  type OpenCounts,
} from '../../../operators/dedupe/fresh.ts';
import { NumberLists, noNumbers } from '../../../operators/dedupe/number-lists.ts';

const cell = 1_764_000_000_000;
const cellMs = 300_000;

function empty(lists = new NumberLists()): OpenCounts {
  return {
    ...{ cell, cellMs, segments: [], gridMs: 1, minutes: [], lists, ...noNumbers },
    get fresh() {
      return lists.numbers(this);
    },
  };
}

const value = fc.oneof(
  fc.constant(null),
  fc.constantFrom(0, -0, -1.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY),
  fc.double({ noNaN: true }),
);
const sightings = fc.array(fc.tuple(fc.nat(cellMs - 1), value), { maxLength: 400 });

/** Each counted as it comes. */
function atOnce(seen: readonly (readonly [number, number | null])[]): Counts {
  const counts = empty();
  for (const [distance, one] of seen) count(counts, { t: cell + distance, value: one, endsAt: null });
  return counted(counts);
}

describe('observations that wait', () => {
  it('are counted as they would have been when they came, however many and whenever somebody asks', () => {
    fc.assert(
      fc.property(sightings, fc.integer({ min: 1, max: 50 }), (seen, every) => {
        const waiting = empty();
        for (const [n, [distance, one]] of seen.entries()) {
          addFresh(waiting, distance, one);
          if (n % every === 0) expect(counted(waiting)).toEqual(atOnce(seen.slice(0, n + 1)));
        }
        expect(counted(waiting)).toEqual(atOnce(seen));
      }),
      { numRuns: 60 },
    );
  });

  it('and what was counted are nobody else’s, though who has none shares the lists', () => {
    fc.assert(
      fc.property(sightings, fc.integer({ min: 1, max: 50 }), (seen, every) => {
        const shared = { segments: noItems, minutes: noItems };
        const lists = new NumberLists();
        const waiting = Object.assign(empty(lists), shared);
        const atTheirTime = Object.assign(empty(lists), shared);
        for (const [distance, one] of seen) addFresh(waiting, distance, one);
        for (const [distance, one] of seen.slice(0, every))
          count(atTheirTime, { t: cell + distance, value: one, endsAt: null });
        expect(counted(waiting)).toEqual(atOnce(seen));
        expect(counted(atTheirTime)).toEqual(atOnce(seen.slice(0, every)));
        expect(noItems).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('are as many numbers as they need, and never more than a few', () => {
    const counts = empty();
    addFresh(counts, 5, null);
    addFresh(counts, 0, 2.5);
    addFresh(counts, 0, Number.NaN);
    expect(counts.fresh).toEqual([5, -1, 2.5, 0]);
    for (let n = 0; n < 1_000; n += 1) addFresh(counts, n, n);
    expect(counts.fresh.length).toBeLessThan(130);
  });

  it('are not touched by being counted, nor by what becomes of the answer', () => {
    const counts = empty();
    for (let n = 0; n < 70; n += 1) addFresh(counts, n * 1_000, n);
    const before = counted(counts);
    const answer = counted(counts);
    count(answer, { t: cell, value: 99, endsAt: null });
    expect(counted(counts)).toEqual(before);
  });
});
