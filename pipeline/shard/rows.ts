import type { Type } from 'avsc';
import type { Stage } from '../../operators/lift.ts';
import type { TableSpec } from '../../operators/table.ts';
import { rowType } from '../../schemas/avro/avro-types.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { RowChange } from '../state/index.ts';

/** Built once per table declaration and process: avsc generates code for each, and every shard uses the same ones. */
const types = new WeakMap<TableSpec<unknown>, Type>();

function typeOf(spec: TableSpec<unknown>): Type {
  const known = types.get(spec);
  if (known !== undefined) return known;
  const type = rowType(spec.schema);
  types.set(spec, type);
  return type;
}

/** All rows of a stage as they are when each is asked for; rows that come while this goes on may be among them. */
export function* rowsOf(stage: Stage): Generator<RowChange> {
  for (const [name, { spec, table }] of Object.entries(stage.tables)) {
    const type = typeOf(spec);
    for (const [key, row] of table.entries())
      yield { table: `${stage.name}.${name}`, key, value: type.toBuffer(row) };
  }
}

/** How many rows of a stage changed since they were taken last. */
export function changedRowsIn(stage: Stage): number {
  return Object.values(stage.tables).reduce((sum, { table }) => sum + table.changed, 0);
}

/** The rows of a stage that changed since the last call, as a checkpoint stores them: `<stage>.<table>` and Avro bytes. */
export function takeRowChanges(stage: Stage): readonly RowChange[] {
  const changes: RowChange[] = [];
  for (const [name, { spec, table }] of Object.entries(stage.tables)) {
    const type = typeOf(spec);
    for (const key of table.takeChanged()) {
      const row = table.get(key);
      const value = row === undefined ? null : type.toBuffer(row);
      changes.push({ table: `${stage.name}.${name}`, key, value });
    }
  }
  return changes;
}

/**
 * Puts a stored row back into the table it came from. Throws `state.newer` when there is no such table, or when its rows
 * have another form than the stored one.
 */
export function restoreRow(stages: readonly Stage[], { table, key, value }: RowChange): void {
  const dot = table.indexOf('.');
  const stage = stages.find(({ name }) => name === table.slice(0, dot));
  const opened = stage?.tables[table.slice(dot + 1)];
  if (opened === undefined) throw new TocsinError('state.newer', `the checkpoint holds rows of ${table}`);
  if (value !== null) opened.table.restore(key, rowOf(opened.spec, { table, value }));
}

function rowOf(
  spec: TableSpec<unknown>,
  stored: { readonly table: string; readonly value: Uint8Array },
): unknown {
  const { value } = stored;
  try {
    // Rows are read out of the bytes where they lie: a store hands over millions of them.
    const bytes = Buffer.isBuffer(value)
      ? value
      : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return typeOf(spec).fromBuffer(bytes);
  } catch (cause) {
    throw new TocsinError('state.newer', `rows of ${stored.table} have another form`, { cause });
  }
}
