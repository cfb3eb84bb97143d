import { expect, test } from 'vitest';
import { rowsOf, tableOf } from '../../../bench/scale/table.ts';

const found = [
  { workers: 1, alerts: 1_000, wallMs: 1_000, cpuMs: [20], peakMiB: [300], entered: [1_000] },
  { workers: 2, alerts: 1_000, wallMs: 500, cpuMs: [10, 12], peakMiB: [300, 310], entered: [600, 400] },
  { workers: 2, alerts: 1_000, wallMs: 500, cpuMs: [10, 14], peakMiB: [300, 320], entered: [500, 500] },
];

test('an alert costs what all workers together spend on it, and the busiest is held against the mean', () => {
  const rows = rowsOf(found);
  expect(rows.map(({ name, samples }) => [name, samples])).toEqual([
    ['one worker, all together', [20]],
    ['one worker, alerts of the busiest', [1]],
    ['one worker, peak memory of the largest', [300]],
    ['2 workers, all together', [22, 24]],
    ['2 workers, alerts of the busiest', [1.2, 1]],
    ['2 workers, peak memory of the largest', [310, 320]],
  ]);
});

test('a line for each fleet', () => {
  expect(tableOf(found)).toContain(
    '| 2 | 2,000 (2,000–2,000) | 23.0 (22.0–24.0) | 1.10 (1.00–1.20) | 315 (310–320) | 2 |',
  );
});
