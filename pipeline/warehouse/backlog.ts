import { choosePlan, type Entry, hasAll, type Limits, type Range } from './plan.ts';

/** Records of one partition that were read and are not stored yet, in offset order. */
export class Backlog<Row> {
  readonly #limits: Limits;
  #entries: Entry<Row>[] = [];
  #bytes = 0;
  #next: number;

  /** Takes in nothing below `offset`. */
  constructor(offset: number, limits: Limits) {
    this.#next = offset;
    this.#limits = limits;
  }

  get entries(): readonly Entry<Row>[] {
    return this.#entries;
  }

  /** Next offset to take in. */
  get next(): number {
    return this.#next;
  }

  push(entry: Entry<Row>): void {
    this.#next = entry.offset + 1;
    this.#entries.push(entry);
    this.#bytes += entry.bytes;
  }

  /** Holds at least so many full batches. */
  holds(batches: number): boolean {
    const { batchRows, batchBytes } = this.#limits;
    return this.#entries.length >= batches * batchRows || this.#bytes >= batches * batchBytes;
  }

  hasAll(plan: Range): boolean {
    return hasAll(plan, this.#entries);
  }

  /** A range for what is held, from `lo` on; null when nothing is. */
  plan(lo: number): Range | null {
    return choosePlan(this.#entries, lo, this.#limits);
  }

  dropBelow(offset: number): void {
    const first = this.#entries.findIndex((entry) => entry.offset >= offset);
    const gone = this.#entries.splice(0, first < 0 ? this.#entries.length : first);
    this.#bytes -= gone.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  clear(): void {
    this.#entries = [];
    this.#bytes = 0;
  }
}
