import type { LogRecord } from '../broker.ts';
import { FetchedBatch } from './fetched-batch.ts';
import { FetchedRecord } from './fetched-record.ts';

/** Records in order, of which the first can be looked at and taken. */
type Waiting = Pick<FetchedBatch, 'length' | 'bytes' | 'shift'> & { readonly first: LogRecord | undefined };

/** Records that were fetched and not yet handed over, in order. */
export class RecordBuffer {
  #waiting: Waiting[] = [];

  get length(): number {
    return this.#waiting.reduce((sum, { length }) => sum + length, 0);
  }

  /** Bytes in memory, roughly. */
  get bytes(): number {
    return this.#waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get first(): LogRecord | undefined {
    return this.#waiting[0]?.first;
  }

  push(records: readonly (LogRecord | FetchedBatch)[]): void {
    for (const record of records) {
      const waiting = record instanceof FetchedBatch ? record : new One(record);
      if (waiting.length > 0) this.#waiting.push(waiting);
    }
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The next batch: as many records as fit, by the bytes of their values, and always one if there is one. */
  take({ maxRecords, maxBytes }: { readonly maxRecords: number; readonly maxBytes: number }): LogRecord[] {
    const taken: LogRecord[] = [];
    let valueBytes = 0;
    let emptied = 0;
    for (const waiting of this.#waiting) {
      for (let record = waiting.first; record !== undefined; record = waiting.first) {
        valueBytes += valueBytesOf(record);
        if (taken.length >= maxRecords || (taken.length > 0 && valueBytes > maxBytes)) break;
        taken.push(record);
        waiting.shift();
      }
      if (waiting.length > 0) break;
      emptied += 1;
    }
    this.#waiting.splice(0, emptied);
    return taken;
  }
}

/** A record that kafkajs has read. */
class One implements Waiting {
  #record: LogRecord | undefined;

  constructor(record: LogRecord) {
    this.#record = record;
  }

  get first(): LogRecord | undefined {
    return this.#record;
  }

  get length(): number {
    return this.#record === undefined ? 0 : 1;
  }

  get bytes(): number {
    if (this.#record === undefined) return 0;
    return 64 + (this.#record.key?.length ?? 0) + valueBytesOf(this.#record);
  }

  shift(): void {
    this.#record = undefined;
  }
}

/** Without making a view for it. */
function valueBytesOf(record: LogRecord): number {
  return record instanceof FetchedRecord ? record.to - record.from : (record.value?.length ?? 0);
}
