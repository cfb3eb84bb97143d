import { expect, test } from 'vitest';
import type { RowChange } from '../../../pipeline/state/index.ts';
import { allRows } from '../../../pipeline/worker/all-rows.ts';

const row = (table: string, key: string, text: string | null): RowChange => ({
  ...{ table, key },
  value: text === null ? null : Buffer.from(text),
});

/** Takes note of the order in which it is asked. */
function shardOf(rows: readonly RowChange[], changes: readonly RowChange[]) {
  const asked: string[] = [];
  const shard = {
    changed: changes.length,
    rows: () => {
      asked.push('rows');
      return rows;
    },
    takeChanges: () => {
      asked.push('changes');
      return changes;
    },
  };
  return { asked, shard };
}

test('each row is there once, as its change has it', () => {
  const { shard, asked } = shardOf(
    [row('t', 'a', 'old'), row('t', 'b', 'kept'), row('u', 'a', 'other table'), row('t', 'c', 'old')],
    [row('t', 'a', 'new'), row('t', 'c', null), row('t', 'd', 'added'), row('u', 'd', null)],
  );
  expect(allRows(shard)).toEqual([
    row('t', 'a', 'new'),
    row('t', 'b', 'kept'),
    row('t', 'c', null),
    row('t', 'd', 'added'),
    row('u', 'a', 'other table'),
    row('u', 'd', null),
  ]);
  // What changed while the rows were read is among the changes.
  expect(asked).toEqual(['rows', 'changes']);
});
