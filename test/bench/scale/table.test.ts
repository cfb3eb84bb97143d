import { expect, test } from 'vitest';
import { rowsOf, tableOf, workersFor } from '../../../bench/scale/table.ts';

const found = [
  { workers: 1, alerts: 1_000, wallMs: 1_000, cpuMs: [20], peakMiB: [300], entered: [1_000] },
  { workers: 2, alerts: 1_000, wallMs: 500, cpuMs: [1_000, 1_200], peakMiB: [300, 310], entered: [400, 600] },
  { workers: 2, alerts: 1_000, wallMs: 500, cpuMs: [1_000, 1_400], peakMiB: [300, 320], entered: [500, 500] },
];

test('an alert costs what all workers together spend on it, and the busiest is held against the mean', () => {
  const rows = rowsOf(found);
  expect(rows.map(({ name, samples }) => [name, samples])).toEqual([
    ['one worker, all together', [20]],
    ['one worker, alerts of the busiest', [1]],
    ['one worker, peak memory of the largest', [300]],
    ['2 workers, all together', [2_200, 2_400]],
    ['2 workers, alerts of the busiest', [1.2, 1]],
    ['2 workers, peak memory of the largest', [310, 320]],
  ]);
});

test('a line for each fleet, in it each worker, the busiest first', () => {
  expect(tableOf(found)).toContain(
    '| 2 | 2,000 (2,000–2,000) | 2,300.0 (2,200.0–2,400.0) | 1.3 · 1 | 550 · 450 | 1.10 (1.00–1.20) | 315 · 300 | 2 |',
  );
});

test.each([
  [1_000_000, 30, 1, 30],
  [1_000_000, 30, 0.7, 43],
  [10_000, 30, 1, 1],
])(
  '%d alerts a second at %d µs on workers busy for %d of the time take %d',
  (perSecond, us, share, workers) => {
    expect(workersFor(perSecond, us, share)).toBe(workers);
  },
);

test('the largest fleet says what a million alerts a second come to', () => {
  expect(tableOf(found)).toContain(
    '- A million alerts a second at 2300.0 µs each, as 2 workers have it: 2300 busy to 100 %, 3286 busy to 70 %',
  );
});
