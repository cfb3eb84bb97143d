import { Column } from './column.ts';

/** Where the records of a file stand: record `i` is the bytes [start(i), end(i)). */
export class Spans {
  readonly #starts = Column.ofCounts();
  readonly #ends = Column.ofCounts();

  get length(): number {
    return this.#starts.length;
  }

  start(index: number): number {
    return this.#starts.at(index);
  }

  end(index: number): number {
    return this.#ends.at(index);
  }

  push(start: number, end: number): void {
    this.#starts.push(start);
    this.#ends.push(end);
  }
}
