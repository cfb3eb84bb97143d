import type { Schema } from 'avsc';
import { Capture } from './capture.ts';
import { Slots } from './slots.ts';

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
  #slots = new Slots<Row>();
  /** Slots that changed in this epoch, each once. */
  #changed: number[] = [];
  /** Of keys whose rows were deleted in this epoch: a row that comes back is no second change of its key. */
  #deleted = new Map<string, number>();
  /** What a checkpoint has captured and not encoded yet. */
  #captured: Capture<Row> | null = null;
  #epoch = 0;

  /** Grows with each capture. A row that was set or touched within this epoch may be mutated on without a word. */
  get epoch(): number {
    return this.#epoch;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Keys changed since the last `capture`. */
  get changed(): number {
    return this.#changed.length;
  }

  get(key: string): Row | undefined {
    const slot = this.#slots.slotOf(key);
    return slot === undefined ? undefined : this.#slots.rowAt(slot);
  }

  /** Returns the row's slot, which is its own until it is deleted. */
  set(key: string, row: Row): number {
    const slot = this.#slots.slotOf(key) ?? this.#open(key);
    this.touch(slot);
    this.#slots.put(slot, row);
    return slot;
  }

  /** Before the row of this slot, which is there, is mutated by the operator that owns it alone: as it is now it may be part of a capture. */
  touch(slot: number): void {
    const { changedIn } = this.#slots;
    if (changedIn[slot] === this.#epoch) return;
    this.#keep(slot);
    changedIn[slot] = this.#epoch;
    this.#changed.push(slot);
  }

  delete(key: string): void {
    const slot = this.#slots.slotOf(key);
    if (slot === undefined) return;
    this.touch(slot);
    this.#slots.close(key, slot);
    this.#deleted.set(key, slot);
  }

  #open(key: string): number {
    const slot = this.#deleted.get(key);
    if (slot === undefined) return this.#slots.open(key);
    this.#deleted.delete(key);
    this.#slots.reopen(key, slot);
    return slot;
  }

  #keep(slot: number): void {
    if (this.#captured === null) return;
    this.#captured.keep(slot);
    if (this.#captured.isEncoded) this.#captured = null;
  }

  /** In order of first insertion; an operator whose output depends on the order sorts by key. */
  entries(): IterableIterator<[string, Row]> {
    return this.#slots.entries();
  }

  values(): IterableIterator<Row> {
    return this.#slots.values();
  }

  /** The rows that changed since the last call, as they are now. */
  capture(encode: (row: Row) => Uint8Array): Capture<Row> {
    this.#captured?.keepAll();
    const captured = new Capture({
      ...{ slots: this.#slots, changed: this.#changed, epoch: this.#epoch, encode },
    });
    this.#captured = captured;
    this.#begin();
    return captured;
  }

  /** What changed so far is nobody's business. */
  forgetChanges(): void {
    for (const slot of this.#deleted.values()) this.#slots.leave(slot);
    this.#begin();
  }

  /** Slots of deleted rows are left by whoever captured them. */
  #begin(): void {
    this.#changed = [];
    this.#deleted = new Map();
    this.#epoch += 1;
  }

  /** Takes over the rows of a table that nobody uses any more, with what changed in it. */
  adopt(older: Table<Row>): void {
    this.#slots = older.#slots;
    this.#changed = older.#changed;
    this.#deleted = older.#deleted;
    this.#captured = older.#captured;
    this.#epoch = older.#epoch;
  }

  /** Puts a row back as a checkpoint stored it, without marking it as changed. Returns its slot. */
  restore(key: string, row: Row): number {
    const slot = this.#slots.slotOf(key) ?? this.#slots.open(key);
    this.#slots.put(slot, row);
    return slot;
  }
}
