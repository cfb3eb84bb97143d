import { topics } from '../../schemas/topics.ts';
import type { Broker, LogRecord } from '../broker/index.ts';
import { type Letter, letterOf, type SourcePlace } from './letter.ts';
import { type LetterState, readLetters } from './letters.ts';
import { readMarks } from './marks.ts';

/** Which letter: by its own offset, or by where the record was read; of a record with several bad alerts, the first. */
export type LetterPlace = { readonly offset: number } | { readonly source: SourcePlace };

export interface FoundLetter {
  readonly letter: Letter;
  readonly state: LetterState;
  readonly record: LogRecord;
}

/** Null when there is none, or none any more. */
export async function findLetter(broker: Broker, place: LetterPlace): Promise<FoundLetter | null> {
  const offset = 'offset' in place ? place.offset : await offsetOf(broker, place.source);
  const record = offset === null ? null : await recordAt(broker, offset);
  if (record === null) return null;
  const letter = letterOf(record);
  return { letter, record, state: (await readMarks(broker)).get(letter.name) ?? 'open' };
}

async function offsetOf(broker: Broker, wanted: SourcePlace): Promise<number | null> {
  let found: number | null = null;
  await readLetters(broker, { isWhole: true }, ({ source, offset }) => {
    const isIt = source.offset === wanted.offset && source.partition === wanted.partition;
    if (isIt && source.topic === wanted.topic) found ??= offset;
  });
  return found;
}

async function recordAt(broker: Broker, offset: number): Promise<LogRecord | null> {
  const found: LogRecord[] = [];
  const range = { topic: topics.deadLetters.name, partition: 0, from: offset, to: offset + 1 };
  await broker.read(range, (records) => found.push(...records));
  return found[0] ?? null;
}
