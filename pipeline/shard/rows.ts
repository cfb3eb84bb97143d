import type { Capture } from '../../operators/capture.ts';
import type { Stage } from '../../operators/lift.ts';
import type { TableSpec } from '../../operators/table.ts';
import { type RowCodec, rowCodecOf } from '../../schemas/avro/codec.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { RowChange } from '../state/index.ts';

/** Built once per table declaration and process: avsc generates code for each, and every shard uses the same ones. */
const codecs = new WeakMap<TableSpec<unknown>, RowCodec>();

function codecFor(spec: TableSpec<unknown>): RowCodec {
  const known = codecs.get(spec);
  if (known !== undefined) return known;
  const codec = rowCodecOf(spec.schema);
  codecs.set(spec, codec);
  return codec;
}

/** All rows of a stage as they are when each is asked for; rows that come while this goes on may be among them. */
export function* rowsOf(stage: Stage): Generator<RowChange> {
  for (const [name, { spec, table }] of Object.entries(stage.tables)) {
    const codec = codecFor(spec);
    const stored = `${stage.name}.${name}`;
    for (const [key, row] of table.entries()) yield { table: stored, key, value: codec.encode(row) };
  }
}

/** How many rows of a stage changed since they were taken last. */
export function changedRowsIn(stage: Stage): number {
  return Object.values(stage.tables).reduce((sum, { table }) => sum + table.changed, 0);
}

interface CapturedTable {
  readonly stored: string;
  readonly captured: Capture<unknown>;
}

/**
 * The rows of a stage that changed since the last call, as they are now and as a checkpoint stores them: `<stage>.<table>`
 * and Avro bytes. Each is encoded when it is asked for, or before it changes again.
 */
export function takeRowChanges(stage: Stage): Iterable<RowChange> {
  const tables = Object.entries(stage.tables).map(([name, { spec, table }]) => {
    const codec = codecFor(spec);
    return { stored: `${stage.name}.${name}`, captured: table.capture((row) => codec.encode(row)) };
  });
  return changesIn(tables);
}

function* changesIn(tables: readonly CapturedTable[]): Generator<RowChange> {
  for (const { stored, captured } of tables)
    for (const [key, value] of captured.rows()) yield { table: stored, key, value };
}

/** The tables of all stages, by the names under which their rows are stored. */
export type StoredTables = ReadonlyMap<string, Stage['tables'][string]>;

export function storedTablesOf(stages: readonly Stage[]): StoredTables {
  return new Map(
    stages.flatMap((stage) =>
      Object.entries(stage.tables).map(([name, opened]) => [`${stage.name}.${name}`, opened] as const),
    ),
  );
}

/**
 * Puts a stored row back into the table it came from. Throws `state.newer` when there is no such table, or when its rows
 * have another form than the stored one.
 */
export function restoreRow(tables: StoredTables, { table, key, value }: RowChange): void {
  const opened = tables.get(table);
  if (opened === undefined) throw new TocsinError('state.newer', `the checkpoint holds rows of ${table}`);
  if (value !== null) opened.table.restore(key, rowOf(opened.spec, { table, value }));
}

function rowOf(
  spec: TableSpec<unknown>,
  stored: { readonly table: string; readonly value: Uint8Array },
): unknown {
  try {
    // Rows are read out of the bytes where they lie: a store hands over millions of them.
    return codecFor(spec).decode(stored.value);
  } catch (cause) {
    throw new TocsinError('state.newer', `rows of ${stored.table} have another form`, { cause });
  }
}

export function* inTurn<Item>(lists: readonly Iterable<Item>[]): Generator<Item> {
  for (const list of lists) yield* list;
}
