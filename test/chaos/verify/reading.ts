import type { Broker, ConsumerOptions, LogRecord } from '../../../pipeline/broker/index.ts';
import { framedLength } from '../../../pipeline/registry/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { comparePlaces, type Origin } from '../../../schemas/place.ts';
import { topics } from '../../../schemas/topics.ts';
import { readLog } from './read-log.ts';

export const outputTopics = ['enriched', 'suppressed', 'incidents', 'aggregates', 'decisions'] as const;
export type OutputTopic = (typeof outputTopics)[number];

/** The value of a record of an output topic. */
export type Stated = {
  readonly [T in OutputTopic]: {
    readonly topic: T;
    readonly value: ReturnType<(typeof codecs)[T]['decode']>;
  };
}[OutputTopic];

export interface OutputReading {
  /** Keep the highest position of each partition and drop what is not above it, as a consumer of the default mode does. */
  readonly hasMarks: boolean;
  readonly isolation: ConsumerOptions['isolation'];
  readonly onRecord: (stated: Stated, record: LogRecord, partition: number) => void;
}

/** Reads all output topics; returns how many records the marks dropped. */
export async function readOutputs(broker: Broker, reading: OutputReading): Promise<number> {
  let repeats = 0;
  for (const topic of outputTopics) {
    const marks = new Map<number, Origin>();
    await readLog(
      broker,
      { topic: topics[topic].name, isolation: reading.isolation },
      {
        onRecords: (records, partition) => {
          for (const record of records) {
            // Tombstones stand in no output topic: RELATE writes none.
            const stated = {
              topic,
              value: codecs[topic].decode(record.value ?? new Uint8Array(), framedLength),
            } as Stated;
            if (reading.hasMarks && isRepeat(marks, partition, stated.value.origin)) repeats += 1;
            else reading.onRecord(stated, record, partition);
          }
        },
      },
    );
  }
  return repeats;
}

function isRepeat(marks: Map<number, Origin>, partition: number, origin: Origin): boolean {
  const mark = marks.get(partition);
  if (mark !== undefined && comparePlaces(origin, mark) <= 0) return true;
  marks.set(partition, origin);
  return false;
}

/** Source places of all dead letters, as `partition/offset/n`; a crash may have repeated some. */
export async function readDeadLetters(broker: Broker, onPlace: (place: string) => void): Promise<void> {
  const header = (record: LogRecord, name: string) => Buffer.from(record.headers[name] ?? []).toString();
  await readLog(
    broker,
    { topic: topics.deadLetters.name, isolation: 'read_committed' },
    {
      onRecords: (records) => {
        for (const record of records) {
          const names = ['__connect.errors.partition', '__connect.errors.offset', 'tocsin.alert'];
          onPlace(names.map((name) => header(record, name)).join('/'));
        }
      },
    },
  );
}
