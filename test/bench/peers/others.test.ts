import { expect, test } from 'vitest';
import { othersFound } from '../../../bench/peers/others.ts';

test('of each it is said whether it is there, and that it is not run', () => {
  expect(othersFound((command) => command === 'rpk')).toEqual([
    'Redpanda Connect: not run, though rpk is on the PATH: there is no recipe for it',
    'Vector: not run, and not on the PATH (vector)',
    'Alertmanager: not run, and not on the PATH (alertmanager)',
  ]);
});
