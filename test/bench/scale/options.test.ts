import { expect, test } from 'vitest';
import { optionsOf } from '../../../bench/scale/options.ts';

test('nothing said: a million alerts through all graphs, once', () => {
  expect(optionsOf([])).toMatchObject({ alerts: 1_000_000, rounds: 1, name: 'scale' });
  expect(optionsOf([]).graphs).toContain('warehouse');
});

test('a quick run drains fewer, where no number is given', () => {
  expect(optionsOf(['--quick'])).toMatchObject({ alerts: 50_000 });
  expect(optionsOf(['--quick', '--alerts', '1000'])).toMatchObject({ alerts: 1_000 });
});

test('graphs are named in a list', () => {
  expect(optionsOf(['--graphs', 'reduce,relate'])).toMatchObject({ graphs: ['reduce', 'relate'] });
});

test.each([
  [['1000000'], /Unexpected argument '1000000'/],
  [['--graphs', 'reduse'], /reduse is not known: expected one of reduce/],
  [['--alerts', '1e-3'], /expected a whole number above 0/],
])('%j is refused', (args, message) => {
  expect(() => optionsOf(args)).toThrow(message);
});
