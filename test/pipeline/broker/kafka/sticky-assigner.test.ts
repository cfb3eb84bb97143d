import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TopicPartition } from '../../../../pipeline/broker/index.ts';
import { type GroupMember, shareOut } from '../../../../pipeline/broker/kafka/sticky-assigner.ts';

const topic = 't';

function places(...numbers: readonly number[]): TopicPartition[] {
  return numbers.map((partition) => ({ topic, partition }));
}

function member(memberId: string, held: readonly number[] = [], generation = 1): GroupMember {
  return { memberId, topics: [topic], held: { generation, partitions: places(...held) } };
}

function shares(members: readonly GroupMember[], count: number): Record<string, number[]> {
  const all = places(...Array.from({ length: count }, (_, i) => i));
  return Object.fromEntries(
    Array.from(shareOut(members, all), ([name, share]) => [name, share.map(({ partition }) => partition)]),
  );
}

describe('the sticky assigner', () => {
  test('a member that joins takes what balance needs, and nothing else moves', () => {
    const members = [member('a', [0, 1, 2, 3, 4, 5]), member('b')];
    expect(shares(members, 6)).toEqual({ a: [0, 1, 2], b: [3, 4, 5] });
  });

  test('the shares of a member that left go to the others, who keep theirs', () => {
    const { a = [], b = [] } = shares([member('a', [0, 3]), member('b', [1, 4])], 6);
    expect(a).toEqual(expect.arrayContaining([0, 3]));
    expect(b).toEqual(expect.arrayContaining([1, 4]));
    expect([...a, ...b].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test('of two that claim one partition, the one of the newer generation has it', () => {
    // `a` was presumed dead in generation 4 and comes back; `b` has had its partitions since.
    const members = [member('a', [0, 1], 4), member('b', [0, 1], 6)];
    expect(shares(members, 2)).toEqual({ a: [1], b: [0] });
  });

  test('more than nine partitions are shared in the order of their numbers', () => {
    expect(shares([member('a'), member('b')], 12)['a']).toEqual([0, 2, 4, 6, 8, 10]);
  });

  test('a member gets no partition of a topic it does not read', () => {
    const other: GroupMember = { ...member('b'), topics: ['u'] };
    expect(shares([member('a'), other], 3)).toEqual({ a: [0, 1, 2], b: [] });
  });

  test('whatever the members claim: each partition has one owner, shares differ by one at most, and order is no matter', () => {
    const claims = fc.array(fc.tuple(fc.array(fc.nat(15)), fc.nat(5)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(claims, fc.integer({ min: 1, max: 12 }), (held, count) => {
        const members = held.map(([numbers, generation], i) => member(`m${i}`, numbers, generation));
        const result = shares(members, count);
        const owned = Object.values(result).flat();
        expect(owned.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
        const sizes = Object.values(result).map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(shares([...members].reverse(), count)).toEqual(result);
      }),
    );
  });
});
