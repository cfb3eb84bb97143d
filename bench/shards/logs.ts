import type { LogRecord, ProduceRecord } from '../../pipeline/broker/index.ts';
import { codecs } from '../../schemas/avro/index.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { topics } from '../../schemas/topics.ts';
import { type Drawn, encoderOf, type Format } from '../peers/workload.ts';
import { draw, type Load } from './load.ts';

const noHeaders = {};
/** Any id will do where no registry is asked. */
export const schemaId = 1;
/** What stands before a value: a magic byte and the id. */
export const framedBytes = 5;

/** Raw alerts as a partition holds them, without keys and without end. */
export function rawLog(load: Load, format: Format): Generator<LogRecord> {
  return recordsOf(draw(load), format);
}

export function* recordsOf(alerts: Iterable<Drawn>, format: Format, from = 0): Generator<LogRecord> {
  const encode = encoderOf(format, schemaId);
  let offset = from;
  for (const { at, alert } of alerts) {
    yield { offset, timestamp: at, key: null, value: encode(alert), headers: noHeaders };
    offset += 1;
  }
}

/** What one REDUCE shard states, as the log of the only RELATE shard: facts, and heartbeats as a worker sends them. */
export class ReducedLog {
  #offset = 0;
  #claimed = 0;
  readonly #beatMs: number;

  constructor(beatMs: number) {
    this.#beatMs = beatMs;
  }

  /** What was stated up to `at`; a claim about time follows it when one is due. */
  append(stated: readonly ProduceRecord[], at: EventTimeMs): readonly LogRecord[] {
    const records = stated
      .filter(({ topic }) => topic === topics.reduced.name)
      .map(({ key, value }) => this.#record({ key, value }, at));
    if (at - this.#claimed < this.#beatMs) return records;
    this.#claimed = at;
    // One millisecond: the next record may still have the time of this one.
    const claim = { kind: 'heartbeat', shard: 0, shards: 1, complete: at - 1 } as const;
    return [...records, this.#record({ key: null, value: codecs.reduced.encodeFramed(schemaId, claim) }, at)];
  }

  #record({ key, value }: Pick<LogRecord, 'key' | 'value'>, timestamp: EventTimeMs): LogRecord {
    const offset = this.#offset;
    this.#offset += 1;
    return { offset, timestamp, key, value, headers: noHeaders };
  }
}

/** Heartbeats have no key: they are for everybody. */
export function factsIn(records: readonly LogRecord[]): number {
  return records.reduce((facts, { key }) => (key === null ? facts : facts + 1), 0);
}

/** Of a log that goes on for ever. */
export function next(log: Iterator<LogRecord>): LogRecord {
  const { value } = log.next();
  return value;
}

export function take(log: Iterator<LogRecord>, count: number): readonly LogRecord[] {
  return Array.from({ length: count }, () => next(log));
}

/** Records that a worker takes at once, unless it is told otherwise. */
export const recordsPerBatch = 500;

export function* batchesOf(records: Iterable<LogRecord>): Generator<readonly LogRecord[]> {
  let batch: LogRecord[] = [];
  for (const record of records) {
    batch.push(record);
    if (batch.length < recordsPerBatch) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
