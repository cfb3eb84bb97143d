import { expect, test } from 'vitest';
import { optionsOf } from '../../../bench/sink/options.ts';

test('nothing said: outputs of 300,000 alerts, and 20,000 rows a second around the outage', () => {
  expect(optionsOf([])).toMatchObject({ alerts: 300_000, rowsPerSecond: 20_000, rounds: 1, name: 'sink' });
});

test('a quick run writes a tenth, where no number is given', () => {
  expect(optionsOf(['--quick'])).toMatchObject({ alerts: 20_000, rowsPerSecond: 2_000 });
  expect(optionsOf(['--quick', '--rows-per-second', '500'])).toMatchObject({ rowsPerSecond: 500 });
});

test.each([
  [['300000', '20000'], /Unexpected argument '300000'/],
  [['--rows-per-second', '0'], /expected a whole number above 0/],
])('%j is refused', (args, message) => {
  expect(() => optionsOf(args)).toThrow(message);
});
