import { expect, test } from 'vitest';
import { isBeyondLimit } from '../../../bench/harness/row.ts';
import { tableOf } from '../../../bench/harness/table.ts';
import { rowsOf } from '../../../bench/sink/rows.ts';

const good = {
  drained: { rows: 1_000, perSecond: 40_000, workerUs: 20, engineUs: 15, rowsAstray: 0 },
  away: { mostLeft: 1_200_000, caughtUpAfterMs: 61_500, leftAtEnd: 0, rowsAstray: 0 },
};
const bad = {
  drained: { ...good.drained, rowsAstray: 1 },
  away: { ...good.away, caughtUpAfterMs: null, leftAtEnd: 2, rowsAstray: 3 },
};
const missed = (...found: readonly (typeof good | typeof bad)[]) =>
  rowsOf(found, 20_000)
    .filter(isBeyondLimit)
    .map(({ name }) => name);

test('a sink that stores each row once and leaves nothing misses nothing but its rate', () => {
  expect(missed(good, good)).toEqual(['draining, of all five output topics']);
});

test('one round of many that leaves something, or has a row too few, misses', () => {
  expect(missed(good, good, bad)).toEqual([
    ...['draining, of all five output topics', 'rounds that did not catch up'],
    'left when nothing was written any more',
    ...['rows beyond or below those wanted, drained', 'rows beyond or below those wanted, with the outage'],
  ]);
});

test('a round that never caught up has no time of it, and what is recorded holds numbers alone', () => {
  const times = (...found: readonly (typeof good | typeof bad)[]) =>
    rowsOf(found, 20_000).find(({ name }) => name === 'caught up after')?.samples;
  expect(times(good, bad)).toEqual([61.5]);
  expect(times(bad)).toBeUndefined();
  expect(JSON.stringify(rowsOf([bad], 20_000))).not.toContain('[null]');
});

test('the page says of each target whether it holds', () => {
  const table = tableOf(rowsOf([bad], 20_000));
  expect(table).toContain('| rows/s | 1 | at least 100,000: **missed** | 1000 records |');
  expect(table).toContain(
    '| rows beyond or below those wanted, with the outage | 3.00 | 0.00 | rows | 1 | at most 0: **missed** |',
  );
});
