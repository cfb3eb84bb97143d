import type { Schema } from 'avsc';
import { Capture } from './capture.ts';

/**
 * What a table's rows are on disk: an Avro record schema, so that a newer version can still read them. `Row` is the
 * type the operator sees; avsc maps `['null', X]` to `X | null` and `long` to number.
 */
export interface TableSpec<Row> {
  readonly schema: Schema;
  /** Type carrier only, never set. */
  readonly row?: Row;
}

/** Declares keyed rows of an operator, e.g. `tables: { occurrences: table<Occurrence>(occurrenceSchema) }`. */
export function table<Row>(schema: Schema): TableSpec<Row> {
  return { schema };
}

export type TableSpecs = Readonly<Record<string, TableSpec<unknown>>>;

export type TablesOf<T extends TableSpecs> = {
  readonly [K in keyof T]: T[K] extends TableSpec<infer Row> ? Table<Row> : never;
};

/**
 * Keyed rows in memory that remember which keys changed since the last checkpoint. Rows are replaced, not mutated; a
 * row that its operator owns alone may be mutated when it was set, or touched, within this `epoch`.
 */
export class Table<Row> {
  #rows = new Map<string, Row>();
  #changed = new Set<string>();
  /** What a checkpoint has captured and not encoded yet. */
  #captured: Capture<Row> | null = null;
  #epoch = 0;

  /** Grows with each capture. A row that was set or touched within this epoch may be mutated on without a word. */
  get epoch(): number {
    return this.#epoch;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Keys changed since the last `capture`. */
  get changed(): number {
    return this.#changed.size;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  set(key: string, row: Row): void {
    this.#keep(key);
    this.#rows.set(key, row);
    this.#changed.add(key);
  }

  /** Before the row of this key, which is there, is mutated by the operator that owns it alone. */
  touch(key: string): void {
    this.#keep(key);
    this.#changed.add(key);
  }

  delete(key: string): void {
    this.#keep(key);
    if (this.#rows.delete(key)) this.#changed.add(key);
  }

  /** Before a row changes: as it is now it may be part of a capture. */
  #keep(key: string): void {
    if (this.#captured === null) return;
    this.#captured.keep(key);
    if (this.#captured.isEncoded) this.#captured = null;
  }

  /** In order of first insertion; an operator whose output depends on the order sorts by key. */
  entries(): IterableIterator<[string, Row]> {
    return this.#rows.entries();
  }

  values(): IterableIterator<Row> {
    return this.#rows.values();
  }

  /** The rows that changed since the last call, as they are now. */
  capture(encode: (row: Row) => Uint8Array): Capture<Row> {
    this.#captured?.keepAll();
    const captured = new Capture(this.#rows, this.#changed, encode);
    this.forgetChanges();
    this.#captured = captured;
    return captured;
  }

  /** What changed so far is nobody's business. */
  forgetChanges(): void {
    this.#changed = new Set();
    this.#epoch += 1;
  }

  /** Takes over the rows of a table that nobody uses any more, with what changed in it. */
  adopt(older: Table<Row>): void {
    this.#rows = older.#rows;
    this.#changed = older.#changed;
    this.#captured = older.#captured;
    this.#epoch = older.#epoch;
  }

  /** Puts a row back as a checkpoint stored it, without marking it as changed. */
  restore(key: string, row: Row): void {
    this.#rows.set(key, row);
  }
}
