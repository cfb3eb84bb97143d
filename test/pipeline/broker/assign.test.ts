import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assign } from '../../../pipeline/broker/assign.ts';

const partitions = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Shares of members that all subscribed to partitions 0..count-1. */
function shares(
  count: number,
  previous: Readonly<Record<string, readonly number[]>>,
): Record<string, number[]> {
  const claims = Object.entries(previous).map(([member, had]) => ({
    member,
    eligible: partitions(count),
    previous: had,
  }));
  return Object.fromEntries(assign(claims, partitions(count)));
}

describe('assign', () => {
  test.each([
    ['one member gets everything', 3, { a: [] }, { a: [0, 1, 2] }],
    ['new members share evenly, the first get the rest', 5, { a: [], b: [] }, { a: [0, 2, 4], b: [1, 3] }],
    [
      'a joining member takes only what balance asks for',
      4,
      { a: [0, 1, 2, 3], b: [] },
      { a: [0, 1], b: [2, 3] },
    ],
    [
      'what a leaving member had goes to those with the least',
      4,
      { a: [0, 1], b: [2] },
      { a: [0, 1], b: [2, 3] },
    ],
    ['an even assignment stays as it is', 4, { a: [3, 1], b: [0, 2] }, { a: [1, 3], b: [0, 2] }],
    ['a difference of one is no reason to move anything', 3, { a: [0], b: [1, 2] }, { a: [0], b: [1, 2] }],
    ['more members than partitions leaves some without', 1, { a: [], b: [0] }, { a: [], b: [0] }],
    ['a partition claimed twice stays with the first', 2, { a: [0], b: [0] }, { a: [0], b: [1] }],
  ] as const)('%s', (_, count, previous, expected) => {
    expect(shares(count, previous)).toEqual(expected);
  });

  test('nobody gets a partition of a topic it did not subscribe to', () => {
    const claims = [
      { member: 'both', eligible: [0, 1, 2, 3], previous: [] },
      { member: 'one', eligible: [0], previous: [] },
    ];
    expect(Object.fromEntries(assign(claims, partitions(4)))).toEqual({ both: [1, 2, 3], one: [0] });
  });

  test('equal claims: each partition has one owner, shares differ by at most one, no move that balance did not ask for', () => {
    const scene = fc.record({
      count: fc.integer({ min: 0, max: 12 }),
      owners: fc.array(fc.nat(5), { minLength: 12, maxLength: 12 }),
      members: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(scene, ({ count, owners, members }) => {
        // Owners from `members` on are gone: what they had is free.
        const had = partitions(members).map((m) => partitions(count).filter((p) => owners[p] === m));
        const claims = had.map((previous, member) => ({ member, eligible: partitions(count), previous }));
        const result = [...assign(claims, partitions(count)).values()];
        expect(result.flat().sort((a, b) => a - b)).toEqual(partitions(count));
        const sizes = result.map((share) => share.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        const kept = result.flatMap((share, m) => share.filter((p) => had[m]?.includes(p))).length;
        expect(kept).toBe(mostThatCanStay(had, count));
      }),
    );
  });
});

/** Every member may keep floor(count / members), and as many as there are remainders one more. */
function mostThatCanStay(had: readonly number[][], count: number): number {
  const floor = Math.floor(count / had.length);
  const withMore = had.filter(({ length }) => length > floor).length;
  const kept = had.reduce((sum, { length }) => sum + Math.min(length, floor), 0);
  return kept + Math.min(withMore, count % had.length);
}
