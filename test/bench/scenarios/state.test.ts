import { expect, test } from 'vitest';
import { isBeyondLimit } from '../../../bench/harness/row.ts';
import { rowsOf } from '../../../bench/scenarios/state.ts';

const found = (usPerAlert: number, rssMiB = 300, longestPauseMs = 20) => ({
  ...{ usPerAlert, rssMiB, longestPauseMs, checkpointUsPerAlert: 1, rowsPerCheckpoint: 1_000 },
  ...{ longestGcMs: 5, restoreMs: 1, restoreUsPerRow: 1, cellEndPauseMs: 1, cellEndMs: 1 },
});
const few = { keys: 1_000, rounds: [found(5, 3_000, 90), found(10)] };
const missed = (...rounds: readonly ReturnType<typeof found>[]) =>
  rowsOf([few, { keys: 1_000_000, rounds }])
    .filter(isBeyondLimit)
    .map(({ name }) => name);

test('an alert among a million keys is held against one among few in the same round', () => {
  const rows = rowsOf([few, { keys: 1_000_000, rounds: [found(7), found(16)] }]);
  const growth = rows.find(({ unit }) => unit === 'of its CPU');
  expect(growth).toMatchObject({
    ...{ name: '1,000,000 live keys : 1,000 live keys, an alert', samples: [1.4, 1.6], limit: 1.5 },
  });
});

test('a million keys within their targets miss none, whatever fewer keys took', () => {
  expect(missed(found(7), found(15))).toEqual([]);
});

test.each([
  ['cost', found(16), '1,000,000 live keys : 1,000 live keys, an alert'],
  ['memory', found(7, 1_025), '1,000,000 live keys: resident memory'],
  ['pauses', found(7, 300, 51), '1,000,000 live keys: longest batch of 500 with a portion of a checkpoint'],
])('a million keys beyond their target of %s miss it', (_, one, name) => {
  expect(missed(one, { ...one, usPerAlert: 2 * one.usPerAlert })).toEqual([name]);
});
