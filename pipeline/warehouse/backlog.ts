import { bytesOf, choosePlan, type Held, hasAll, type Limits, type Range } from './plan.ts';

/** Records of one partition that are not stored yet, in offset order. */
export class Backlog {
  readonly #limits: Limits;
  #records: Held[] = [];
  #bytes = 0;
  #next: number;

  /** Takes in nothing below `offset`. */
  constructor(offset: number, limits: Limits) {
    this.#next = offset;
    this.#limits = limits;
  }

  get length(): number {
    return this.#records.length;
  }

  /** Next offset to take in. */
  get next(): number {
    return this.#next;
  }

  push(record: Held): void {
    this.#next = record.offset + 1;
    this.#records.push(record);
    this.#bytes += bytesOf(record);
  }

  /** Holds at least so many full batches. */
  holds(batches: number): boolean {
    const { batchRows, batchBytes } = this.#limits;
    return this.#records.length >= batches * batchRows || this.#bytes >= batches * batchBytes;
  }

  hasAll(plan: Range): boolean {
    return hasAll(plan, this.#records);
  }

  /** A range for what is held, from `lo` on; null when nothing is. */
  plan(lo: number): Range | null {
    return choosePlan(this.#records, lo, this.#limits);
  }

  /** The records below an offset. */
  below(offset: number): readonly Held[] {
    return this.#records.slice(0, this.#countBelow(offset));
  }

  dropBelow(offset: number): void {
    const gone = this.#records.splice(0, this.#countBelow(offset));
    this.#bytes -= gone.reduce((sum, record) => sum + bytesOf(record), 0);
  }

  clear(): void {
    this.#records = [];
    this.#bytes = 0;
  }

  #countBelow(offset: number): number {
    const first = this.#records.findIndex((record) => record.offset >= offset);
    return first < 0 ? this.#records.length : first;
  }
}
