import type { RecordCursor } from './record-cursor.ts';

/*
 * Columns of a block in ClickHouse's Native format (https://clickhouse.com/docs/interfaces/formats/Native): the cells of a column lie
 * together, numbers as they are in memory, little-endian. The engine copies what it would have to parse in rows.
 */

/** One column of a block, filled cell by cell. What was added counts once the block's `Ends` are kept. */
export interface Column {
  /** As ClickHouse names it. A text may go into a `LowCardinality` one: the engine looks it up. */
  readonly type: string;
  /** Adds the cell that stands in the record next. @throws NotReadable, and may have added a part of it */
  read(from: RecordCursor): void;
  /** Adds what stands for a cell that is not there (`schemas/clickhouse/tables.ts`). */
  addAbsent(): void;
  /** Of all cells, as they stand in a block. */
  readonly bytes: number;
  /** Returns where the cells end. */
  copyTo(to: Buffer, at: number): number;
}

/** More than any table has, parts of maps and lists among them. */
const maxParts = 128;

/** Where each part of a block ends: in one list, so that a row is kept, or taken back, as one. */
export class Ends {
  readonly now = new Uint32Array(maxParts);
  readonly #kept = new Uint32Array(maxParts);
  #parts = 0;

  /** The place of one part more. */
  add(): number {
    if (this.#parts === maxParts) throw new RangeError(`more than ${maxParts} parts`);
    return this.#parts++;
  }

  keep(): void {
    this.#kept.set(this.now);
  }

  drop(): void {
    this.now.set(this.#kept);
  }

  clear(): void {
    this.now.fill(0);
    this.keep();
  }
}
