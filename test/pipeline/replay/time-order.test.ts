import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderByTime } from '../../../pipeline/replay/time-order.ts';

const stably = (times: readonly number[]) =>
  times.map((_, number) => number).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);

test.each<[string, number[], number[]]>([
  ['nothing has no order', [], []],
  ['a sorted file stays as it is', [1, 2, 2, 3], [0, 1, 2, 3]],
  ['two exports in one file are merged', [10, 20, 30, 5, 20, 40], [3, 0, 1, 4, 2, 5]],
  ['equal times keep the order of the files', [7, 7, 1, 7], [2, 0, 1, 3]],
])('%s', (_name, times, expected) => {
  expect([...orderByTime(Float64Array.from(times))]).toEqual(expected);
});

test('it is the order of a stable sort, whatever the times', () => {
  const times = fc.array(fc.nat(20), { maxLength: 60 });
  fc.assert(
    fc.property(times, (list) => {
      expect([...orderByTime(Float64Array.from(list))]).toEqual(stably(list));
    }),
    { numRuns: 1_000 },
  );
});
