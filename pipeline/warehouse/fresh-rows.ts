import { comparePlaces, type Origin } from '../../schemas/place.ts';
import type { Held, Marks } from './plan.ts';

/** What stands in a record: a row, and where it comes from. */
export interface Found<Row> {
  readonly origin: Origin;
  readonly row: Row;
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
 * for their turn, and for a warehouse that is away. Positions of a shard only grow among first appearances (protocol.md I3), so a
 * row at or below its mark is a repeat, also within the range.
 */
export class FreshRows<Row> implements Iterable<Row> {
  readonly #records: readonly Held[];
  readonly #marks: Marks;
  readonly #read: (record: Held) => Found<Row> | null;
  #outcome: Outcome | null = null;

  /** `read` gives null for what has no row; it must not throw. */
  constructor(records: readonly Held[], marks: Marks, read: (record: Held) => Found<Row> | null) {
    this.#records = records;
    this.#marks = marks;
    this.#read = read;
  }

  *[Symbol.iterator](): Generator<Row> {
    const marks = new Map(this.#marks);
    let rows = 0;
    let repeated = 0;
    for (const record of this.#records) {
      const found = this.#read(record);
      if (found === null) continue;
      const { origin, row } = found;
      const mark = marks.get(origin.shard);
      if (mark !== undefined && comparePlaces(origin, mark) <= 0) {
        repeated += 1;
        continue;
      }
      marks.set(origin.shard, { offset: origin.offset, n: origin.n });
      rows += 1;
      yield row;
    }
    this.#outcome = { rows, repeated, marks };
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
