import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Letter, SourcePlace } from './letter.ts';
import type { LetterState } from './letters.ts';

/** The letters of one code in one state. */
export interface LetterGroup {
  readonly code: string;
  readonly state: LetterState;
  /** Alerts that could not be used. */
  readonly letters: number;
  /** Records that they came in, which is what a retry sends. */
  readonly records: number;
  readonly oldest: EventTimeMs;
  readonly newest: EventTimeMs;
  /** The newest of them. */
  readonly sample: { readonly offset: number; readonly source: SourcePlace; readonly message: string };
}

/** Counts letters by code and state, in memory that grows with the number of records only. */
export class LetterSummary {
  readonly #groups = new Map<string, Counted>();
  readonly #records = new Set<string>();

  /** Whether the record of the letter is among the first `limit` records. */
  hasRoom({ recordName }: Letter, limit: number): boolean {
    return this.#records.has(recordName) || this.#records.size < limit;
  }

  add(letter: Letter, state: LetterState): void {
    const { code, timestamp, recordName } = letter;
    const key = `${code} ${state}`;
    const group = this.#groups.get(key) ?? new Counted(letter, state);
    this.#groups.set(key, group);
    this.#records.add(recordName);
    group.letters += 1;
    group.records.add(recordName);
    group.oldest = Math.min(group.oldest, timestamp);
    if (timestamp >= group.newest.timestamp) group.newest = letter;
  }

  /** The largest group first. */
  groups(): readonly LetterGroup[] {
    return Array.from(this.#groups.values(), (group) => group.told()).sort(
      (a, b) => b.letters - a.letters || (a.code < b.code ? -1 : 1),
    );
  }
}

class Counted {
  letters = 0;
  readonly records = new Set<string>();
  oldest: EventTimeMs;
  newest: Letter;
  readonly #state: LetterState;

  constructor(first: Letter, state: LetterState) {
    this.oldest = first.timestamp;
    this.newest = first;
    this.#state = state;
  }

  told(): LetterGroup {
    const { code, timestamp, offset, source, message } = this.newest;
    const { letters, records, oldest } = this;
    return {
      ...{ code, state: this.#state, letters, records: records.size },
      ...{ oldest, newest: timestamp, sample: { offset, source, message } },
    };
  }
}
