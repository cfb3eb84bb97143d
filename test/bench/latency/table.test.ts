import { expect, test } from 'vitest';
import { rowsOf } from '../../../bench/latency/rows.ts';
import { type Measured, tableOf } from '../../../bench/latency/table.ts';

const quantiles = (p50: number, p99: number) => ({
  ...{ seen: 100, p50, p99, p999: p99, max: p99, slowSeconds: 0 },
});
const alone = (round: number, p50: number, p99: number): Measured => ({
  ...{ round, perSecond: 10_000, graphs: null, mode: null, what: 'none', found: quantiles(p50, p99) },
});
const told = (round: number, p50: number, p99: number): Measured => ({
  ...{ round, perSecond: 10_000, graphs: 'reduce', mode: 'effectively-once', what: 'none' },
  found: quantiles(p50, p99),
});
const rows = [
  alone(1, 2, 10),
  told(1, 4, 30),
  alone(2, 3, 20),
  told(2, 4, 80),
  alone(3, 2, 10),
  told(3, 5, 60),
];

test('what is added is reckoned within a round, and of the rounds the median is told', () => {
  const table = tableOf(rows);
  expect(table).toContain('| 4 (4–5) +2 (1–3) | 60 (30–80) +50 (20–60) |');
  expect(table).toContain('| 10,000 | the raw topic itself (harness alone) | 2 (2–3) | 10 (10–20) |');
});

test('what is read sooner than by the harness alone has a minus sign alone', () => {
  expect(tableOf([alone(1, 6, 10), told(1, 4, 30)])).toContain('| 4 -2 | 30 +20 |');
});

test('of one round there is nothing but what was measured', () => {
  expect(tableOf(rows.slice(0, 2))).toContain('| 4 +2 | 30 +20 |');
});

test('rows hold what is added, with a target where there is one', () => {
  const found = rowsOf(rows);
  expect(found.find(({ name }) => name.endsWith('added p99'))).toMatchObject({
    ...{ samples: [20, 60, 50], median: 50, limit: 25, unit: 'ms' },
  });
  expect(found.find(({ name }) => name.endsWith('added max'))).toMatchObject({ limit: null });
  expect(found.find(({ name }) => name.endsWith('alone), p50'))).toMatchObject({ samples: [2, 3, 2] });
});
