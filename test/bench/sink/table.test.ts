import { expect, test } from 'vitest';
import { rowsOf, tableOf } from '../../../bench/sink/table.ts';

const found = [
  {
    drained: { rows: 1_000, perSecond: 40_000, workerUs: 20, engineUs: 15 },
    away: { mostLeft: 1_200_000, caughtUpAfterMs: 61_500, leftAtEnd: 0, rowsAstray: -3 },
  },
];

test('what misses its target says so: a rate below it, rows that are missing', () => {
  const table = tableOf(found, 20_000);
  expect(table).toContain('| draining, of all five output topics | 40,000 | rows/s | **missed** |');
  expect(table).toContain('| left when nothing was written any more | 0 | rows | held |');
  expect(table).toContain('| rows beyond or below those written | 3 | rows | **missed** |');
  expect(table).toContain('| caught up after | 61.5 | s |  |');
});

test('each figure is a row with a sample for each round', () => {
  expect(rowsOf([...found, ...found], 20_000).map(({ samples }) => samples.length)).toEqual(Array(7).fill(2));
});
