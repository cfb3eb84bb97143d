/**
 * What kind of error it is. `record`: a bad record, a value that goes to the dead-letter topic. `neighbour`: another
 * system fails, retried in one place. `promise`: config or an invariant is broken, the worker stops with `exitCode`.
 */
export type ErrorKind = 'record' | 'neighbour' | 'promise';

/** What happened, what was expected, what to do: three clauses that together make one sentence for a reader. */
export interface Entry {
  readonly kind: ErrorKind;
  readonly what: string;
  readonly expected: string;
  readonly todo: string;
  readonly exitCode?: 64 | 69 | 70 | 78;
}

export type Entries = Readonly<Record<string, Entry>>;
