import type { Schema } from 'avsc';

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
 * row that its operator owns alone may be mutated and set again, since a checkpoint encodes it in the same tick.
 */
export class Table<Row> {
  #rows = new Map<string, Row>();
  #changed = new Set<string>();

  get size(): number {
    return this.#rows.size;
  }

  /** Keys changed since `takeChanged`. */
  get changed(): number {
    return this.#changed.size;
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  set(key: string, row: Row): void {
    this.#rows.set(key, row);
    this.#changed.add(key);
  }

  delete(key: string): void {
    if (this.#rows.delete(key)) this.#changed.add(key);
  }

  /** In order of first insertion; an operator whose output depends on the order sorts by key. */
  entries(): IterableIterator<[string, Row]> {
    return this.#rows.entries();
  }

  values(): IterableIterator<Row> {
    return this.#rows.values();
  }

  /** Keys changed since the last call; a key without a row was deleted. */
  takeChanged(): readonly string[] {
    const keys = [...this.#changed];
    this.#changed.clear();
    return keys;
  }

  /** Takes over the rows of a table that nobody uses any more, with what changed in it. */
  adopt(older: Table<Row>): void {
    this.#rows = older.#rows;
    this.#changed = older.#changed;
  }

  /** Puts a row back as a checkpoint stored it, without marking it as changed. */
  restore(key: string, row: Row): void {
    this.#rows.set(key, row);
  }
}
