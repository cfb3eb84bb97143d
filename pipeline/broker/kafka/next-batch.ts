import type { KafkaMessage } from 'kafkajs';
import type { LogRecord } from '../broker.ts';

/** How many records from the start of the buffer make the next batch: as many as fit, and always one. */
export function nextBatch(
  buffer: readonly LogRecord[],
  { maxRecords, maxBytes }: { readonly maxRecords: number; readonly maxBytes: number },
): number {
  let count = 0;
  let bytes = 0;
  for (const { value } of buffer) {
    bytes += value?.length ?? 0;
    if (count >= maxRecords || (count > 0 && bytes > maxBytes)) break;
    count += 1;
  }
  return count;
}

/** A fetched message in the words of the port. Of headers with one name the last counts, as with Kafka's `lastHeader`. */
export function logRecord({ offset, timestamp, key, value, headers }: KafkaMessage): LogRecord {
  const named: Record<string, Uint8Array> = {};
  for (const [name, header] of Object.entries(headers ?? {})) {
    const last = Array.isArray(header) ? header.at(-1) : header;
    named[name] = typeof last === 'string' ? Buffer.from(last) : (last ?? Buffer.alloc(0));
  }
  return { offset: Number(offset), timestamp: Number(timestamp), key, value, headers: named };
}
