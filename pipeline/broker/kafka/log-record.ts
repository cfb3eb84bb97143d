import type { KafkaMessage } from 'kafkajs';
import { type LogRecord, noHeaders } from '../broker.ts';
import type { FetchedBatch } from './fetched-batch.ts';
import { LeanMessage } from './lean-batches.ts';

/**
 * What a fetched message holds from an offset on, in the words of the port. Of headers with one name the last counts, as with Kafka's
 * `lastHeader`.
 */
export function recordsOf(message: KafkaMessage, from: number): LogRecord | FetchedBatch {
  if (message instanceof LeanMessage) {
    message.records.skipBelow(from);
    return message.records;
  }
  const { offset, timestamp, key, value, headers } = message;
  return {
    offset: Number(offset),
    timestamp: Number(timestamp),
    key,
    value,
    headers: headers === undefined ? noHeaders : named(headers),
  };
}

function named(headers: NonNullable<KafkaMessage['headers']>): LogRecord['headers'] {
  const lasts: Record<string, Uint8Array> = {};
  for (const [name, header] of Object.entries(headers)) {
    const last = Array.isArray(header) ? header.at(-1) : header;
    lasts[name] = typeof last === 'string' ? Buffer.from(last) : (last ?? Buffer.alloc(0));
  }
  return Object.keys(lasts).length === 0 ? noHeaders : lasts;
}
