import type { EventTimeMs } from '../../schemas/brand.ts';
import { topics } from '../../schemas/topics.ts';
import type { LogRecord, TopicPartition } from '../broker/index.ts';

/** Where a record was read that could not be used. */
export interface SourcePlace extends TopicPartition {
  readonly offset: number;
}

/** One alert that could not be used: a record of the dead-letter topic as its headers describe it. */
export interface Letter {
  /** Its offset on the dead-letter topic, which has one partition. */
  readonly offset: number;
  readonly source: SourcePlace;
  /** Which record it is about: the same for each of its alerts, and for what a crash repeats. */
  readonly recordName: string;
  /** Which alert it is about. Nothing else in the topic's life has the same name. */
  readonly name: string;
  /** Code of the error catalogue, or `unknown` when somebody else wrote it. */
  readonly code: string;
  readonly message: string;
  /** Place of the alert inside its record. */
  readonly alert: number;
  /** Time of the record that could not be used. */
  readonly timestamp: EventTimeMs;
  /** Of key, value and headers, roughly. */
  readonly bytes: number;
}

const connect = '__connect.errors.';
const alertHeader = 'tocsin.alert';

/** Headers as `pipeline/worker/dead-letter.ts` and Kafka Connect (KIP-298) write them; without them it is named by its own place. */
export function letterOf(record: LogRecord): Letter {
  const { offset, timestamp, headers } = record;
  const text = (name: string): string => Buffer.from(headers[name] ?? []).toString();
  const source = sourceIn(text) ?? { topic: topics.deadLetters.name, partition: 0, offset };
  // The time tells the record from one at the same place of a topic that was made anew.
  const recordName = `${placeText(source)}:${timestamp}`;
  const alert = Number(text(alertHeader));
  return {
    ...{ offset, source, recordName, alert, timestamp },
    name: `${recordName}#${alert}`,
    code: text(`${connect}exception.class.name`) || 'unknown',
    message: text(`${connect}exception.message`),
    bytes: bytesOf(record),
  };
}

/** The record as it came, before it was put aside. */
export function originalHeaders({ headers }: LogRecord): LogRecord['headers'] {
  const isOurs = (name: string): boolean => name.startsWith(connect) || name === alertHeader;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isOurs(name)));
}

/** `alerts.raw.v1/3@120`: as the worker's log names places. */
export function placeText({ topic, partition, offset }: SourcePlace): string {
  return `${topic}/${partition}@${offset}`;
}

function sourceIn(text: (name: string) => string): SourcePlace | null {
  const topic = text(`${connect}topic`);
  const [partition, offset] = [text(`${connect}partition`), text(`${connect}offset`)];
  const isWhole = topic !== '' && /^\d+$/.test(partition) && /^\d+$/.test(offset);
  return isWhole ? { topic, partition: Number(partition), offset: Number(offset) } : null;
}

function bytesOf({ key, value, headers }: LogRecord): number {
  const headerBytes = Object.entries(headers).map(([name, bytes]) => name.length + bytes.length);
  return headerBytes.reduce((sum, bytes) => sum + bytes, (key?.length ?? 0) + (value?.length ?? 0));
}
