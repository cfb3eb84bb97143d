import { topics } from '../../schemas/topics.ts';
import type { Broker } from '../broker/index.ts';
import { type Letter, letterOf } from './letter.ts';
import { type Handling, type Marks, readMarks } from './marks.ts';
import { readTopic } from './read-topic.ts';

export type LetterState = 'open' | Handling;

/** Told of each letter once, oldest first; what a crash repeated is left out. */
export type OnLetter = (letter: Letter, state: LetterState) => void;

/** Its committed offset says below which everything was handled, as long as Kafka keeps it; also a transactional id. */
export const deskId = 'tocsin-dlq';

/** Reads the dead letters that are there now; unless `isWhole`, from the first that may be open. Rejects with `broker.unknown-topic` where the topics were not made. */
export async function readLetters(
  broker: Broker,
  { isWhole }: { readonly isWhole: boolean },
  onLetter: OnLetter,
): Promise<void> {
  const topic = topics.deadLetters.name;
  const marks: Marks = await readMarks(broker);
  const committed = isWhole ? null : await broker.admin.committed(deskId, { topic, partition: 0 });
  const seen = new Set<string>();
  await readTopic(broker, { topic, from: committed?.offset ?? 0 }, (record) => {
    const letter = letterOf(record);
    if (seen.has(letter.name)) return;
    seen.add(letter.name);
    onLetter(letter, marks.get(letter.name) ?? 'open');
  });
}
