import { topics } from '../../schemas/topics.ts';
import type { Broker, ProduceRecord } from '../broker/index.ts';
import { readTopic } from './read-topic.ts';

/** What was done with a dead letter. */
export type Handling = 'retried' | 'dropped';

/**
 * Marks are records of a compacted topic, one per alert, and the truth of what was handled. A committed offset could not say
 * what lies above a letter that is still open; and Kafka forgets the offsets of a group without members after a week
 * (`offsets.retention.minutes`), while letters stay for a month.
 */
export function markOf(name: string, handling: Handling): ProduceRecord {
  return {
    topic: topics.handledLetters.name,
    partition: 0,
    key: Buffer.from(name),
    value: Buffer.from(handling),
  };
}

/** By the names of letters. */
export type Marks = ReadonlyMap<string, Handling>;

export async function readMarks(broker: Broker): Promise<Marks> {
  const marks = new Map<string, Handling>();
  await readTopic(broker, { topic: topics.handledLetters.name }, ({ key, value }) => {
    const handling = Buffer.from(value ?? []).toString();
    // What is not ours to read marks nothing: a letter that is shown once more is better than one that is hidden.
    if (handling === 'retried' || handling === 'dropped')
      marks.set(Buffer.from(key ?? []).toString(), handling);
  });
  return marks;
}
