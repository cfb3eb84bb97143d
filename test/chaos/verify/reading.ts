import type { Broker, ConsumerOptions, LogRecord } from '../../../pipeline/broker/index.ts';
import { framedLength } from '../../../pipeline/registry/index.ts';
import { readTopics, type Seen } from '../../../pipeline/replay/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { comparePlaces, type Origin } from '../../../schemas/place.ts';
import { topics } from '../../../schemas/topics.ts';
import { readLog } from './read-log.ts';

export interface OutputReading {
  /** Keep the highest position of each partition and drop what is not above it, as a consumer of the default mode does. */
  readonly hasMarks: boolean;
  readonly isolation: ConsumerOptions['isolation'];
  readonly onRecord: (seen: Seen, record: LogRecord, partition: number) => void;
}

/** Reads all output topics; returns how many records the marks dropped. */
export async function readOutputs(broker: Broker, reading: OutputReading): Promise<number> {
  let repeats = 0;
  for (const topic of readTopics) {
    const marks = new Map<number, Origin>();
    await readLog(
      broker,
      { topic: topics[topic].name, isolation: reading.isolation },
      {
        onRecords: (records, partition) => {
          for (const record of records) {
            // Tombstones stand in no output topic: RELATE writes none.
            const seen = {
              topic,
              value: codecs[topic].decode(record.value ?? new Uint8Array(), framedLength),
            } as Seen;
            if (reading.hasMarks && isRepeat(marks, partition, seen.value.origin)) repeats += 1;
            else reading.onRecord(seen, record, partition);
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

/** Source places of all dead letters; a crash may have repeated some. */
export async function readDeadLetters(broker: Broker, onPlace: (place: string) => void): Promise<void> {
  await readLog(
    broker,
    { topic: topics.deadLetters.name, isolation: 'read_committed' },
    {
      onRecords: (records) => {
        for (const { headers } of records) onPlace(deadLetterPlace(headers));
      },
    },
  );
}

/** Where a dead letter came from, as `partition/offset/n`. */
export function deadLetterPlace(headers: LogRecord['headers']): string {
  const names = ['__connect.errors.partition', '__connect.errors.offset', 'tocsin.alert'];
  return names.map((name) => Buffer.from(headers[name] ?? []).toString()).join('/');
}
