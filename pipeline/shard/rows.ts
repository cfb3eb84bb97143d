import avro from 'avsc';
import type { Stage } from '../../operators/lift.ts';
import type { TableSpec } from '../../operators/table.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { RowChange } from '../state/index.ts';

const types = new WeakMap<TableSpec<unknown>, avro.Type>();

function typeOf(spec: TableSpec<unknown>): avro.Type {
  const known = types.get(spec);
  if (known !== undefined) return known;
  const type = avro.Type.forSchema(spec.schema);
  types.set(spec, type);
  return type;
}

/** The rows of a stage that changed since the last call, as a checkpoint stores them: `<stage>.<table>` and Avro bytes. */
export function takeRowChanges(stage: Stage): readonly RowChange[] {
  const changes: RowChange[] = [];
  for (const [name, { spec, table }] of Object.entries(stage.tables)) {
    const type = typeOf(spec);
    for (const key of table.takeChanged()) {
      const row = table.get(key);
      changes.push({
        table: `${stage.name}.${name}`,
        key,
        value: row === undefined ? null : type.toBuffer(row),
      });
    }
  }
  return changes;
}

/** Puts a stored row back into the table it came from. */
export function restoreRow(stages: readonly Stage[], change: RowChange): void {
  const dot = change.table.indexOf('.');
  const stage = stages.find(({ name }) => name === change.table.slice(0, dot));
  const opened = stage?.tables[change.table.slice(dot + 1)];
  if (opened === undefined)
    throw new TocsinError('state.newer', `the checkpoint holds rows of ${change.table}`);
  if (change.value === null) return;
  opened.table.restore(change.key, typeOf(opened.spec).fromBuffer(Buffer.from(change.value)));
}
