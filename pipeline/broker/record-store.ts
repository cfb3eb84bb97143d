import type { LogRecord } from './broker.ts';

/**
 * Records in offset order, cheap to append at one end and to drop at the other. Offsets may have gaps (control markers,
 * cleaned records), so places are found by binary search: once per batch, not per record.
 */
export class RecordStore {
  #records: LogRecord[] = [];
  /** Index of the first record that still counts; what is before it goes away once it is half of the array. */
  #head = 0;

  get length(): number {
    return this.#records.length - this.#head;
  }

  push(record: LogRecord): void {
    this.#records.push(record);
  }

  /** The index-th record that is kept, or undefined past the end. */
  at(index: number): LogRecord | undefined {
    return this.#records[this.#head + index];
  }

  /** Index of the first record at or after `offset`; `length` when there is none. */
  indexOf(offset: number): number {
    let low = this.#head;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const record = this.#records[middle];
      if (record !== undefined && record.offset < offset) low = middle + 1;
      else high = middle;
    }
    return low - this.#head;
  }

  slice(from: number, to: number): LogRecord[] {
    return this.#records.slice(this.#head + from, this.#head + to);
  }

  /** Drops the first `count` records; the array behind them is freed in amortised constant time. */
  dropFirst(count: number): void {
    this.#head += count;
    if (this.#head >= this.#records.length) this.#records = [];
    else if (this.#head * 2 > this.#records.length) this.#records = this.#records.slice(this.#head);
    else return;
    this.#head = 0;
  }

  replaceAll(records: LogRecord[]): void {
    this.#records = records;
    this.#head = 0;
  }
}
