import { expect, test } from 'vitest';
import type { Output } from '../../../bench/sink/outputs.ts';
import { astray, rowsWanted } from '../../../bench/sink/rows-wanted.ts';

const output = (topic: Output['topic'], value: object = {}): Output => ({
  ...{ topic, partition: 0, key: null },
  value: { origin: { shard: 0, offset: 1, n: 0 }, ...value },
});
const incident = (id: string, revision: number) =>
  output('incidents', { tenant: 'acme', id, generation: 1, revision });
const outputs = [
  ...[output('enriched'), output('suppressed'), output('decisions'), output('decisions')],
  ...[incident('a', 1), incident('a', 2), incident('b', 1)],
  output('aggregates', { tenant: 'acme', service: 's', severity: 'high', name: 'n', windowStart: 0 }),
];

test.each([
  ['nothing was written', 0, { alerts: 0, incidents: 0, aggregates_1m: 0, decisions: 0 }],
  ['some of a round', 5, { alerts: 2, incidents: 1, aggregates_1m: 0, decisions: 2 }],
  ['a round: of an incident its last state', 8, { alerts: 2, incidents: 2, aggregates_1m: 1, decisions: 2 }],
  ['more: nothing that replaces is more', 19, { alerts: 6, incidents: 2, aggregates_1m: 1, decisions: 5 }],
])('%s', (_, written, rows) => {
  expect(rowsWanted(outputs, written)).toEqual(rows);
});

test('a row too many in one table does not make up for one that is missing in another', () => {
  const wanted = rowsWanted(outputs, 8);
  expect(astray(wanted, wanted)).toBe(0);
  expect(astray(wanted, { ...wanted, alerts: wanted.alerts + 1, decisions: wanted.decisions - 1 })).toBe(2);
});
