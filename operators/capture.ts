import { type Slots, unchanged } from './slots.ts';

/** A row of a capture as a checkpoint stores it; null: it was deleted. */
export type CapturedRow = readonly [key: string, stored: Uint8Array | null];

interface Captured<Row> {
  readonly slots: Slots<Row>;
  /** Slots that changed in the epoch, each once. */
  readonly changed: readonly number[];
  readonly epoch: number;
  readonly encode: (row: Row) => Uint8Array;
}

/**
 * What changed in a table until one moment, handed over as it was at that moment, however late it is asked for: a row that
 * is about to change again is encoded just before. So a checkpoint of many rows need not be encoded in one go.
 */
export class Capture<Row> {
  readonly #captured: Captured<Row>;
  /** So many are not encoded yet. */
  #waiting: number;
  #encoded: CapturedRow[] = [];

  constructor(captured: Captured<Row>) {
    this.#captured = captured;
    this.#waiting = captured.changed.length;
  }

  /** Whether every row was encoded: it does not matter any more what becomes of them. */
  get isEncoded(): boolean {
    return this.#waiting === 0;
  }

  /** Encodes the row of this slot now if that has not been done. */
  keep(slot: number): void {
    if (this.#waits(slot)) this.#encoded.push(this.#take(slot));
  }

  keepAll(): void {
    for (const slot of this.#captured.changed) this.keep(slot);
  }

  /** Each row once. Encodes them one at a time, as they are asked for. */
  *rows(): Generator<CapturedRow> {
    for (const slot of this.#captured.changed) if (this.#waits(slot)) yield this.#take(slot);
    const encoded = this.#encoded;
    this.#encoded = [];
    yield* encoded;
  }

  #waits(slot: number): boolean {
    const { slots, epoch } = this.#captured;
    return slots.changedIn[slot] === epoch;
  }

  #take(slot: number): CapturedRow {
    const { slots, encode } = this.#captured;
    const key = slots.keyAt(slot);
    const row = slots.rowAt(slot);
    this.#waiting -= 1;
    if (row !== undefined) {
      slots.changedIn[slot] = unchanged;
      return [key, encode(row)];
    }
    slots.leave(slot);
    return [key, null];
  }
}
