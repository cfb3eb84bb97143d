import type { EnteredAlerts, EnteredPlace } from './entered-alerts.ts';

/** Finds alerts by their place: rows by record (a counting sort), and within a record by `n`. */
export class PlaceIndex {
  readonly #alerts: EnteredAlerts;
  /** Rows of record `index` are `rows[starts[index]]` to `rows[starts[index + 1] - 1]`. */
  readonly #starts: Uint32Array;
  readonly #rows: Uint32Array;

  constructor(alerts: EnteredAlerts, records: number) {
    this.#alerts = alerts;
    this.#starts = new Uint32Array(records + 1);
    this.#rows = new Uint32Array(alerts.length);
    for (let row = 0; row < alerts.length; row += 1) this.#addTo(this.#starts, alerts.index(row) + 1, 1);
    for (let index = 0; index < records; index += 1)
      this.#addTo(this.#starts, index + 1, this.#starts[index] ?? 0);
    const next = this.#starts.slice();
    for (let row = 0; row < alerts.length; row += 1) {
      const index = alerts.index(row);
      this.#rows[next[index] ?? 0] = row;
      this.#addTo(next, index, 1);
    }
    for (let index = 0; index < records; index += 1) this.#sortByN(index);
  }

  /** Rows of a record's alerts, in the order in which it holds them. */
  rowsOf(index: number): Uint32Array {
    return this.#rows.subarray(this.#starts[index], this.#starts[index + 1]);
  }

  /** Row of the alert at a place, or -1. */
  find({ index, n }: EnteredPlace): number {
    let low = this.#starts[index] ?? 0;
    let high = this.#starts[index + 1] ?? low;
    const end = high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#nAt(middle) < n) low = middle + 1;
      else high = middle;
    }
    return low < end && this.#nAt(low) === n ? (this.#rows[low] ?? -1) : -1;
  }

  #nAt(at: number): number {
    return this.#alerts.n(this.#rows[at] ?? 0);
  }

  #addTo(counts: Uint32Array, at: number, more: number): void {
    counts[at] = (counts[at] ?? 0) + more;
  }

  /** Only a record with good and bad alerts comes in two parts; all others are in order. */
  #sortByN(index: number): void {
    const rows = this.rowsOf(index);
    if (rows.length > 1) rows.sort((a, b) => this.#alerts.n(a) - this.#alerts.n(b));
  }
}
