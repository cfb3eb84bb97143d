import { topics } from '../../schemas/topics.ts';
import type { Batch, LogRecord, ProduceRecord } from '../broker/index.ts';

export interface ShedPolicy {
  readonly overload: 'block' | 'shed';
  /** How many records a shard may be behind before it sheds. */
  readonly shedLagRecords: number;
}

/**
 * Up to which offset a shard sheds, or null when it need not: all but the newest half of what it may be behind, so that it
 * does not shed again at once.
 */
export function shedUntil(
  { highWatermark, records }: Pick<Batch, 'highWatermark' | 'records'>,
  { overload, shedLagRecords }: ShedPolicy,
): number | null {
  const first = records[0]?.offset ?? highWatermark;
  if (overload === 'block' || highWatermark - first <= shedLagRecords) return null;
  return highWatermark - Math.floor(shedLagRecords / 2);
}

/** The record as it came, bytes untouched, with its place in the headers that dead letters have too. */
export function shedRecord(record: LogRecord, partition: number): ProduceRecord {
  const place = {
    '__connect.errors.topic': topics.raw.name,
    '__connect.errors.partition': String(partition),
    '__connect.errors.offset': String(record.offset),
  };
  const added = Object.entries(place).map(([name, text]) => [name, Buffer.from(text)]);
  return {
    topic: topics.overflow.name,
    partition,
    key: record.key,
    value: record.value,
    headers: { ...record.headers, ...Object.fromEntries(added) },
    timestamp: record.timestamp,
  };
}
