import { parseArgs } from 'node:util';
import { expect, test } from 'vitest';
import { publishing, publishingOf, verdictOf } from '../../../bench/harness/publish.ts';

const given = (...args: readonly string[]) => parseArgs({ args: [...args], options: publishing }).values;

test('what is not said is as usual: so many rounds, a table, nothing kept', () => {
  expect(publishingOf(given(), 3)).toEqual({
    ...{ rounds: 3, isQuick: false, output: 'table', isRecorded: false },
  });
});

test('a quick run has one round unless more are asked for, and is not kept', () => {
  expect(publishingOf(given('--quick'), 3)).toMatchObject({ rounds: 1, isQuick: true });
  expect(publishingOf(given('--quick', '--rounds', '2'), 3)).toMatchObject({ rounds: 2 });
  expect(() => publishingOf(given('--quick', '--record'), 3)).toThrow(/not worth keeping/);
});

test.each([
  [['-o', 'xml'], /xml is not known: expected one of table, json/],
  [['--rounds', '0'], /expected a whole number above 0/],
])('%s is refused', (args, message) => {
  expect(() => publishingOf(given(...args), 1)).toThrow(message);
});

test.each([
  ['less', 5, 5, 'held'],
  ['less', 5.1, 5, '**missed**'],
  ['more', 9, 10, '**missed**'],
  ['more', 11, 10, 'held'],
  ['less', 5, null, ''],
] as const)('where %s is better, %d against %s: %s', (better, median, limit, verdict) => {
  expect(verdictOf({ better, median, limit })).toBe(verdict);
});
