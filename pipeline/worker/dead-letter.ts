import type { DeadLetter } from '../../operators/events.ts';
import { catalogue } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';
import type { LogRecord, ProduceRecord } from '../broker/index.ts';

/**
 * The record as it came, bytes untouched, with the headers that Kafka Connect writes (KIP-298), so that tools for
 * Connect's dead-letter queues read ours. `tocsin.alert` is the place inside the record when one of many was bad.
 */
export function deadLetterRecord(
  { error, n }: DeadLetter,
  record: LogRecord,
  found: { readonly graph: string; readonly partition: number },
): ProduceRecord {
  const { what, todo } = catalogue[error.code];
  const errors: Record<string, string> = {
    '__connect.errors.topic': topics.raw.name,
    '__connect.errors.partition': String(found.partition),
    '__connect.errors.offset': String(record.offset),
    '__connect.errors.connector.name': 'tocsin',
    '__connect.errors.task.id': String(found.partition),
    '__connect.errors.stage': found.graph.toUpperCase(),
    '__connect.errors.class.name': error.code,
    '__connect.errors.exception.class.name': error.code,
    '__connect.errors.exception.message': `${what}: ${error.detail}; ${todo}`,
    'tocsin.alert': String(n),
  };
  const added = Object.entries(errors).map(([name, text]) => [name, Buffer.from(text)]);
  return {
    topic: topics.deadLetters.name,
    partition: 0,
    key: record.key,
    value: record.value,
    headers: { ...record.headers, ...Object.fromEntries(added) },
    timestamp: record.timestamp,
  };
}
