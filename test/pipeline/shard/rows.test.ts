import { describe, expect, test } from 'vitest';
import type { Stage } from '../../../operators/lift.ts';
import { Table, type TableSpec, table } from '../../../operators/table.ts';
import { restoreRow, storedTablesOf, takeRowChanges } from '../../../pipeline/shard/rows.ts';

interface Count {
  readonly count: number;
  readonly note: string | null;
}

const counts = table<Count>({
  type: 'record',
  name: 'Count',
  fields: [
    { name: 'count', type: 'long' },
    { name: 'note', type: ['null', 'string'] },
  ],
});

function stageOf(name: string, tables: Record<string, TableSpec<unknown>> = { counts }): Stage {
  const opened = Object.entries(tables).map(([key, spec]) => [key, { spec, table: new Table<unknown>() }]);
  return {
    name,
    tables: Object.fromEntries(opened),
    rederive: () => {},
    fire: () => {},
    dependsFrom: () => null,
  };
}

const rowsOf = (stage: Stage) => [...(stage.tables['counts']?.table.entries() ?? [])];

describe('rows of a checkpoint', () => {
  test('hold what changed since the last one, deletions too, under the stage’s own name', () => {
    const stage = stageOf('fold');
    const { table: rows } = stage.tables['counts'] ?? { table: new Table<unknown>() };
    rows.set('a', { count: 1, note: null });
    rows.set('b', { count: 2, note: 'x' });
    expect([...takeRowChanges(stage)].map(({ table: name, key }) => `${name} ${key}`)).toEqual([
      'fold.counts a',
      'fold.counts b',
    ]);
    rows.delete('a');
    expect([...takeRowChanges(stage)]).toEqual([{ table: 'fold.counts', key: 'a', value: null }]);
    expect([...takeRowChanges(stage)]).toEqual([]);
  });

  test('give back the same rows, in whatever order they come, without counting as changes', () => {
    const [from, to] = [stageOf('fold'), stageOf('fold')];
    from.tables['counts']?.table.set('a', { count: 2 ** 40, note: 'ä' });
    from.tables['counts']?.table.set('b', { count: -1, note: null });
    const tables = storedTablesOf([stageOf('enrich'), to]);
    for (const change of [...takeRowChanges(from)].reverse()) restoreRow(tables, change);
    expect(new Map(rowsOf(to))).toEqual(new Map(rowsOf(from)));
    expect([...takeRowChanges(to)]).toEqual([]);
  });

  test('are bytes of their own: a row changed in place afterwards stays as it was taken', () => {
    const stage = stageOf('fold');
    const row = { count: 1, note: null };
    stage.tables['counts']?.table.set('a', row);
    const [change] = [...takeRowChanges(stage)];
    row.count = 99;
    if (change !== undefined) restoreRow(storedTablesOf([stage]), change);
    expect(rowsOf(stage)).toEqual([['a', { count: 1, note: null }]]);
  });

  const other = table({ type: 'record', name: 'Other', fields: [{ name: 'text', type: 'string' }] });
  test.each([
    ['a stage that this version does not have', [stageOf('fold2')]],
    ['a table that its stage does not have', [stageOf('fold', { other })]],
    ['rows of another form', [stageOf('fold', { counts: other })]],
  ])('are refused when they are of %s', (_name, stages) => {
    const stage = stageOf('fold');
    stage.tables['counts']?.table.set('a', { count: 300, note: 'x' });
    const [change] = [...takeRowChanges(stage)];
    expect(() => change && restoreRow(storedTablesOf(stages), change)).toThrow(
      expect.objectContaining({ code: 'state.newer' }),
    );
  });
});
