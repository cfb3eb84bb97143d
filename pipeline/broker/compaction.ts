import type { EventTimeMs } from '../../schemas/brand.ts';
import type { LogRecord } from './broker.ts';

/** How long a tombstone stays readable after it was written (Kafka's delete.retention.ms), so that readers see it. */
const tombstoneRetentionMs = 86_400_000;

/**
 * What compaction leaves of `records`: the newest record of each key, in order, without tombstones older than a day.
 * Offsets never change.
 */
export function compact(records: readonly LogRecord[], now: EventTimeMs): LogRecord[] {
  const newest = new Map<string, number>();
  for (const record of records) newest.set(nameOf(record), record.offset);
  return records.filter((record) => {
    if (newest.get(nameOf(record)) !== record.offset) return false;
    return record.value !== null || now - record.timestamp < tombstoneRetentionMs;
  });
}

/** Keys compare as bytes; latin1 maps each byte to one character. */
function nameOf(record: LogRecord): string {
  return record.key === null ? '' : Buffer.from(record.key).toString('latin1');
}
