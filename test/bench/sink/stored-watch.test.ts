import { expect, test } from 'vitest';
import { leftOf } from '../../../bench/sink/stored-watch.ts';

test('nothing is left where each partition is covered to its end', () => {
  expect(leftOf([])).toBe(0);
  expect(
    leftOf([
      { high: 7, stored: 7 },
      { high: 0, stored: 0 },
    ]),
  ).toBe(0);
});

test('a partition that is committed beyond its end does not make up for one that lacks as much', () => {
  expect(
    leftOf([
      { high: 7, stored: 4 },
      { high: 4, stored: 7 },
    ]),
  ).toBe(6);
});
