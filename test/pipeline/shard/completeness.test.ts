import { describe, expect, test } from 'vitest';
import { Completeness } from '../../../pipeline/shard/completeness.ts';

const claims = (...given: readonly (readonly [shard: number, shards: number, complete: number])[]) => {
  const completeness = new Completeness();
  const seen = given.map(([shard, shards, complete]) => completeness.claim({ shard, shards, complete }));
  return { completeness, seen };
};

describe('Completeness', () => {
  const cases: readonly [string, readonly (readonly [number, number, number])[], readonly number[]][] = [
    [
      'one shard: its own claims',
      [
        [0, 1, 10],
        [0, 1, 20],
      ],
      [10, 20],
    ],
    [
      'nothing is complete before every shard has spoken',
      [
        [0, 2, 10],
        [0, 2, 99],
        [1, 2, 20],
      ],
      [0, 0, 20],
    ],
    [
      'the slowest shard counts',
      [
        [0, 2, 10],
        [1, 2, 30],
        [0, 2, 20],
        [0, 2, 50],
      ],
      [0, 10, 20, 30],
    ],
    [
      'a claim below an earlier one of its shard is old news',
      [
        [0, 1, 30],
        [0, 1, 10],
      ],
      [30, 30],
    ],
    [
      'a partition added later holds time, and never turns it back',
      [
        [0, 1, 50],
        [0, 2, 60],
        [1, 2, 20],
        [1, 2, 55],
      ],
      [50, 50, 50, 55],
    ],
    [
      'an old owner that knows of fewer partitions changes nothing',
      [
        [0, 2, 10],
        [1, 2, 10],
        [0, 1, 90],
      ],
      [0, 10, 10],
    ],
  ];
  test.each(cases)('%s', (_name, given, seen) => {
    expect(claims(...given).seen).toEqual(seen);
  });

  test('the claims that it lists make another one say the same', () => {
    const { completeness } = claims([0, 3, 10], [2, 3, 40], [1, 3, 30]);
    const again = new Completeness();
    for (const [shard, complete] of completeness.claims())
      again.claim({ shard, complete, shards: completeness.shards });
    expect([again.complete, again.shards]).toEqual([completeness.complete, 3]);
  });
});
