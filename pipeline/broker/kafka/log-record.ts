import type { KafkaMessage } from 'kafkajs';
import type { LogRecord } from '../broker.ts';
import { LeanMessage } from './lean-batches.ts';

/** A fetched message in the words of the port. Of headers with one name the last counts, as with Kafka's `lastHeader`. */
export function logRecord(message: KafkaMessage): LogRecord {
  if (message instanceof LeanMessage) return message.record;
  const { offset, timestamp, key, value, headers } = message;
  return {
    offset: Number(offset),
    timestamp: Number(timestamp),
    key,
    value,
    headers: headers === undefined ? noHeaders : named(headers),
  };
}

const noHeaders: LogRecord['headers'] = {};

function named(headers: NonNullable<KafkaMessage['headers']>): LogRecord['headers'] {
  const lasts: Record<string, Uint8Array> = {};
  for (const [name, header] of Object.entries(headers)) {
    const last = Array.isArray(header) ? header.at(-1) : header;
    lasts[name] = typeof last === 'string' ? Buffer.from(last) : (last ?? Buffer.alloc(0));
  }
  return Object.keys(lasts).length === 0 ? noHeaders : lasts;
}
