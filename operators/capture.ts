/** A row of a capture as a checkpoint stores it; null: it was deleted. */
export type CapturedRow = readonly [key: string, stored: Uint8Array | null];

/**
 * What changed in a table until one moment, handed over as it was at that moment, however late it is asked for: a row that
 * is about to change again is encoded just before. So a checkpoint of many rows need not be encoded in one go.
 */
export class Capture<Row> {
  readonly #rows: ReadonlyMap<string, Row>;
  readonly #waiting: Set<string>;
  readonly #encode: (row: Row) => Uint8Array;
  #encoded: CapturedRow[] = [];

  /** `waiting` is the capture's own from here on. */
  constructor(rows: ReadonlyMap<string, Row>, waiting: Set<string>, encode: (row: Row) => Uint8Array) {
    this.#rows = rows;
    this.#waiting = waiting;
    this.#encode = encode;
  }

  /** Whether every row was encoded: it does not matter any more what becomes of them. */
  get isEncoded(): boolean {
    return this.#waiting.size === 0;
  }

  /** Encodes this row now if that has not been done. */
  keep(key: string): void {
    if (this.#waiting.delete(key)) this.#encoded.push(this.#captured(key));
  }

  keepAll(): void {
    for (const key of this.#waiting) this.keep(key);
  }

  /** Each row once. Encodes them one at a time, as they are asked for. */
  *rows(): Generator<CapturedRow> {
    for (const key of this.#waiting) {
      if (this.#waiting.delete(key)) yield this.#captured(key);
    }
    yield* this.#handOver();
  }

  #captured(key: string): CapturedRow {
    const row = this.#rows.get(key);
    return [key, row === undefined ? null : this.#encode(row)];
  }

  #handOver(): readonly CapturedRow[] {
    const encoded = this.#encoded;
    this.#encoded = [];
    return encoded;
  }
}
