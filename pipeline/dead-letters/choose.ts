import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Broker } from '../broker/index.ts';
import type { Letter, SourcePlace } from './letter.ts';
import { type LetterState, readLetters } from './letters.ts';
import type { Handling } from './marks.ts';
import { OpenLetters } from './open-letters.ts';

/** Which letters are meant; what is not stated excludes nothing. */
export interface LetterFilter {
  readonly codes?: readonly string[];
  /** Records from this time on. */
  readonly since?: EventTimeMs;
  /** Offsets on the dead-letter topic. */
  readonly offsets?: readonly number[];
  /** At most so many records, the oldest ones. */
  readonly limit?: number;
}

/** A record that could not be used, and the alerts of it that are to be marked. */
export interface ChosenRecord {
  readonly name: string;
  readonly source: SourcePlace;
  /** Where its bytes lie on the dead-letter topic. */
  readonly offset: number;
  readonly bytes: number;
  readonly letters: readonly Letter[];
}

export interface Choice {
  /** Oldest first. */
  readonly records: readonly ChosenRecord[];
  readonly open: OpenLetters;
}

export interface ChoiceOf {
  readonly handling: Handling;
  readonly filter: LetterFilter;
  /** `dropped` takes up again what was dropped. */
  readonly state: Exclude<LetterState, 'retried'>;
}

/**
 * What a retry or a drop would handle. A record is retried as a whole, and with it all of its alerts; they are dropped one
 * by one.
 */
export async function chooseRecords(broker: Broker, { handling, filter, state }: ChoiceOf): Promise<Choice> {
  const open = new OpenLetters();
  const byRecord = new Map<string, Letter[]>();
  await readLetters(broker, { isWhole: state !== 'open' }, (letter, found) => {
    if (found === 'open') open.add(letter);
    if (found === state)
      byRecord.set(letter.recordName, [...(byRecord.get(letter.recordName) ?? []), letter]);
  });
  const records = Array.from(byRecord.values(), (letters) => recordOf(letters, handling, filter));
  return { records: records.filter((one) => one !== null).slice(0, filter.limit), open };
}

function recordOf(letters: readonly Letter[], handling: Handling, filter: LetterFilter): ChosenRecord | null {
  const meant = letters.filter((letter) => isMeant(letter, filter));
  const [first] = letters;
  if (first === undefined || meant.length === 0) return null;
  const { recordName: name, source, offset, bytes } = first;
  return { name, source, offset, bytes, letters: handling === 'retried' ? letters : meant };
}

/** Whether the filter takes the letter; its limit is for whoever counts. */
export function isMeant(letter: Letter, { codes, since, offsets }: LetterFilter): boolean {
  if (codes !== undefined && !codes.includes(letter.code)) return false;
  if (since !== undefined && letter.timestamp < since) return false;
  return offsets === undefined || offsets.includes(letter.offset);
}
