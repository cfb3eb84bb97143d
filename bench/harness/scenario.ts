import type { Row } from './row.ts';

export interface Context {
  /** Shorter, for a look or a gate; what comes out is not recorded. */
  readonly isQuick: boolean;
  /** Progress, for whoever waits. */
  say(line: string): void;
}

/** Measures something. Rows are given as they are found, so that they can be seen while the rest goes on. */
export type Scenario = (context: Context) => AsyncIterable<Row>;

/** A scenario that has not been loaded: each brings its own libraries. */
export interface Listed {
  /** What it finds out, in one line. */
  readonly about: string;
  load(): Promise<Scenario>;
}

/** A bench on real services, a program with options and tables of its own; it runs alone, and only when it is named. */
export interface Program {
  readonly about: string;
  /** From `bench/`. */
  readonly entry: string;
  /** Arguments that stand before those that are given. */
  readonly args?: readonly string[];
}
