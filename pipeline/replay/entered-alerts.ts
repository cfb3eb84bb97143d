import { Column } from './column.ts';

/** Which alert: the `n`-th of the record at `index` in the input's order of time. */
export interface EnteredPlace {
  readonly index: number;
  readonly n: number;
}

export interface Entered extends EnteredPlace {
  /** First alert of the run that it went into; null when it travelled alone. */
  readonly run: EnteredPlace | null;
  readonly t: number;
}

const none = 2 ** 32 - 1;

/** Every alert that entered, as a row of columns (28 bytes), with the number of the verdict on it. */
export class EnteredAlerts {
  readonly #indexes = Column.ofCounts();
  readonly #ns = Column.ofCounts();
  readonly #runIndexes = Column.ofCounts();
  readonly #runNs = Column.ofCounts();
  readonly #ts = Column.ofTimes();
  readonly #verdicts = Column.ofCounts();

  get length(): number {
    return this.#indexes.length;
  }

  add({ index, n, run, t }: Entered, verdict: number | null = null): void {
    this.#indexes.push(index);
    this.#ns.push(n);
    this.#runIndexes.push(run?.index ?? none);
    this.#runNs.push(run?.n ?? none);
    this.#ts.push(t);
    this.#verdicts.push(verdict ?? none);
  }

  index(row: number): number {
    return this.#indexes.at(row);
  }

  n(row: number): number {
    return this.#ns.at(row);
  }

  t(row: number): number {
    return this.#ts.at(row);
  }

  run(row: number): EnteredPlace | null {
    const index = this.#runIndexes.at(row);
    return index === none ? null : { index, n: this.#runNs.at(row) };
  }

  verdict(row: number): number | null {
    const verdict = this.#verdicts.at(row);
    return verdict === none ? null : verdict;
  }

  judge(row: number, verdict: number): void {
    this.#verdicts.set(row, verdict);
  }
}
