import { comparePlaces, type Origin, type Place } from '../../schemas/place.ts';
import type { Held, Marks } from './plan.ts';
import type { RowBytes } from './warehouse.ts';

/** What stands in a record: a row, and where it comes from. */
export interface Found<Row> {
  readonly origin: Origin;
  readonly row: Row;
}

/** Rows that wait to be taken as bytes; each is kept or dropped before the next is added. */
export interface RowBuffer extends Pick<RowBytes, 'columns' | 'format'> {
  readonly isEmpty: boolean;
  readonly isFull: boolean;
  keep(): void;
  drop(): void;
  take(): Buffer;
  clear(): void;
}

/**
 * Reads records, in either form; null for what has no row. It must not throw, and may be asked again about a record. A number that
 * its column cannot hold is known to `add` alone.
 */
export interface RowReader<Row> {
  /** Shared with other readers: what is in it is taken before anybody else has a turn. */
  readonly buffer: RowBuffer;
  read(record: Held): Found<Row> | null;
  /** Adds the row to the buffer; with null, nothing is left in it that would have to be dropped. */
  add(record: Held): Origin | null;
}

/** What is known of a range once all of its rows were read. */
export interface Outcome {
  readonly rows: number;
  /** Records that are stored already. */
  readonly repeated: number;
  /** The marks once the rows are stored. */
  readonly marks: Marks;
}

/**
 * Rows of a range that are not stored yet. Each pass reads the records anew: what is read is let go of at once, and only bytes wait
 * for their turn, and for a warehouse that is away.
 */
export class FreshRows<Row> implements Iterable<Row>, RowBytes {
  readonly #records: readonly Held[];
  readonly #marks: Marks;
  readonly #reader: RowReader<Row>;
  #outcome: Outcome | null = null;

  constructor(records: readonly Held[], marks: Marks, reader: RowReader<Row>) {
    this.#records = records;
    this.#marks = marks;
    this.#reader = reader;
  }

  get columns(): readonly string[] {
    return this.#reader.buffer.columns;
  }

  get format(): RowBytes['format'] {
    return this.#reader.buffer.format;
  }

  *[Symbol.iterator](): Generator<Row> {
    const pass = new Pass(this.#marks);
    for (const record of this.#records) {
      const found = this.#reader.read(record);
      if (found !== null && pass.isFresh(found.origin)) yield found.row;
    }
    this.#outcome = pass;
  }

  *portions(): Generator<Buffer> {
    const pass = new Pass(this.#marks);
    const { buffer } = this.#reader;
    // Whoever used it before may have failed in the middle.
    buffer.clear();
    for (const record of this.#records) {
      const origin = this.#reader.add(record);
      if (origin === null) continue;
      if (pass.isFresh(origin)) buffer.keep();
      else buffer.drop();
      if (buffer.isFull) yield buffer.take();
    }
    this.#outcome = pass;
    if (!buffer.isEmpty) yield buffer.take();
  }

  get isEmpty(): boolean {
    for (const _ of this) return false;
    return true;
  }

  /** Reads what nobody has read: a warehouse that knows the token need not look at the rows. */
  get outcome(): Outcome {
    if (this.#outcome !== null) return this.#outcome;
    const pass = this[Symbol.iterator]();
    while (pass.next().done !== true);
    return this.outcome;
  }
}

/**
 * One time through the records. Positions of a shard only grow among first appearances (protocol.md I3), so a row at or below its
 * mark is a repeat, also within the range.
 */
class Pass implements Outcome {
  readonly marks: Map<number, Place>;
  rows = 0;
  repeated = 0;

  constructor(marks: Marks) {
    this.marks = new Map(marks);
  }

  isFresh(origin: Origin): boolean {
    const mark = this.marks.get(origin.shard);
    const isFresh = mark === undefined || comparePlaces(origin, mark) > 0;
    if (isFresh) {
      this.marks.set(origin.shard, origin);
      this.rows += 1;
    } else this.repeated += 1;
    return isFresh;
  }
}
