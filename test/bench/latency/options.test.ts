import { expect, test } from 'vitest';
import { optionsOf } from '../../../bench/latency/options.ts';

test('nothing said: the whole chain at three rates, both modes, each disturbance, at 10,000 a second', () => {
  expect(optionsOf([])).toMatchObject({
    ...{ rates: [1_000, 10_000, 50_000], seconds: 60, rounds: 1, graphs: ['all'], disturbedRate: 10_000 },
    modes: ['effectively-once', 'exactly-once'],
  });
  expect(optionsOf([]).during.length).toBeGreaterThan(1);
});

test('a quick run is one rate without a disturbance, where nothing else is said', () => {
  expect(optionsOf(['--quick'])).toMatchObject({ rates: [1_000], seconds: 20, during: ['none'] });
  expect(optionsOf(['--quick', '--rates', '500', '--seconds', '15'])).toMatchObject({
    ...{ rates: [500], seconds: 15, disturbedRate: 500 },
  });
});

test.each([
  [['--rates', '1000,fast'], /fast: expected a whole number above 0/],
  [['--modes', 'at-most-once'], /at-most-once is not known: expected one of effectively-once, exactly-once/],
  [['--during', 'earthquake'], /earthquake is not known/],
  [['1000'], /Unexpected argument '1000'/],
])('%j is refused', (args, message) => {
  expect(() => optionsOf(args)).toThrow(message);
});
