import { expect, test } from 'vitest';
import { rowOf } from '../../../bench/harness/row.ts';
import { tableOf, targetsOf } from '../../../bench/harness/table.ts';

const walk = rowOf({ name: 'walk', unit: 'ms', samples: [4, 5, 6], limit: 5 });
const run = rowOf({ name: 'run', unit: 'alerts/s', samples: [900], limit: 1_000, better: 'more' });
const rest = rowOf({ name: 'rest', unit: 'ms', samples: [1], note: 'nobody minds' });

test('a row says its target, and whether it holds', () => {
  const table = tableOf([walk, run, rest]);
  expect(table).toContain('| walk | 5.00 | 1.00 | ms | 3 | at most 5: held |  |');
  expect(table).toContain('| run | 900 | 0.00 | alerts/s | 1 | at least 1,000: **missed** |  |');
  expect(table).toContain('| rest | 1.00 | 0.00 | ms | 1 |  | nobody minds |');
});

test('those with a target can be listed by themselves', () => {
  expect(targetsOf([rest, run])).toBe('\n- run: 900 alerts/s; at least 1,000: **missed**\n');
  expect(targetsOf([rest])).toBe('');
});
