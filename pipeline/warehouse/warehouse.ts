import type { RowOf, TableName } from '../../schemas/clickhouse/index.ts';

/** Rows that go into one table under one token. */
export interface Insert<Table extends TableName = TableName> {
  readonly table: Table;
  /** The same ones each time they are asked for; all have the same columns, in the same order. */
  readonly rows: Iterable<RowOf<Table>>;
  /** The same rows as the engine reads them, where they need not be read for that. */
  readonly bytes?: RowBytes;
  /** Equal rows carry an equal token. Letters, digits and `._-/:` only, at most 400 of them. */
  readonly token: string;
}

/** Rows as the engine reads them. */
export interface RowBytes {
  /** JSONCompactEachRow: arrays, in the order of the columns. Native: blocks of columns. */
  readonly format: 'JSONCompactEachRow' | 'Native';
  readonly columns: readonly string[];
  /** The rows, some at a time; the same ones each time they are asked for. */
  portions(): Iterable<Buffer>;
}

/** A row of any table. */
export type Row = RowOf<TableName>;

export type Parameters = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Port to the analysts' database (ClickHouse's semantics). */
export interface Warehouse {
  /**
   * Brings the database to the shape this version needs and returns the names of the steps taken now; none when it was
   * there already. Rejects with `warehouse.schema-mismatch` when another version migrated it differently or further.
   */
  migrate(): Promise<readonly string[]>;
  /**
   * Stores the rows once, whatever number of times it is called with this token (within the table's token window), in
   * the table and in everything that is computed from it. Rejects with `warehouse.unavailable`, after which the rows may
   * or may not be stored: repeat the call. `warehouse.refused` and `warehouse.no-access` pass when somebody mends what
   * they name, and then the same call is right, too.
   */
  insert(insert: Insert): Promise<void>;
  /**
   * Rows of a SELECT, with `{name:Type}` in it for `parameters`. Times come as ISO 8601 in UTC, NaN and infinities as
   * text. `T` is the caller's claim about the columns. Rejects with `warehouse.no-engine` where there is no SQL.
   */
  query<T>(sql: string, parameters?: Parameters): Promise<T[]>;
  close(): Promise<void>;
}
