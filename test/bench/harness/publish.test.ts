import { parseArgs } from 'node:util';
import { expect, test } from 'vitest';
import { publishing, publishingOf } from '../../../bench/harness/publish.ts';

const three = { name: 'walk', rounds: 3 };
const given = (...args: readonly string[]) => parseArgs({ args: [...args], options: publishing }).values;

test('what is not said is as usual: so many rounds, a table, nothing kept', () => {
  expect(publishingOf(given(), three)).toEqual({
    ...{ rounds: 3, isQuick: false, output: 'table', isRecorded: false, name: 'walk' },
  });
});

test('a quick run has one round unless more are asked for, and is not kept', () => {
  expect(publishingOf(given('--quick'), three)).toMatchObject({ rounds: 1, isQuick: true });
  expect(publishingOf(given('--quick', '--rounds', '2'), three)).toMatchObject({ rounds: 2 });
  expect(() => publishingOf(given('--quick', '--record'), three)).toThrow(/not worth keeping/);
});

test.each([
  [['-o', 'xml'], /xml is not known: expected one of table, json/],
  [['--as', '../walk'], /expected a name like pipeline-storm/],
  [['--rounds', '0'], /expected a whole number above 0/],
])('%s is refused', (args, message) => {
  expect(() => publishingOf(given(...args), three)).toThrow(message);
});

test('what is measured of it in part is kept under a name of its own', () => {
  expect(publishingOf(given('--record', '--as', 'walk-uphill'), three)).toMatchObject({
    name: 'walk-uphill',
  });
});
