import type { LogRecord } from '../broker.ts';
import { FetchedRecord } from './fetched-record.ts';

/** Records that were fetched and not yet handed over, in order. */
export class RecordBuffer {
  #records: LogRecord[] = [];
  #bytes = 0;

  get length(): number {
    return this.#records.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get first(): LogRecord | undefined {
    return this.#records[0];
  }

  push(records: readonly LogRecord[]): void {
    for (const record of records) {
      this.#records.push(record);
      this.#bytes += sizeOf(record);
    }
  }

  clear(): void {
    this.#records = [];
    this.#bytes = 0;
  }

  /** The next batch: as many records as fit, by the bytes of their values, and always one if there is one. */
  take({ maxRecords, maxBytes }: { readonly maxRecords: number; readonly maxBytes: number }): LogRecord[] {
    let count = 0;
    let valueBytes = 0;
    for (const record of this.#records) {
      valueBytes += valueBytesOf(record);
      if (count >= maxRecords || (count > 0 && valueBytes > maxBytes)) break;
      count += 1;
    }
    const taken = this.#records.splice(0, count);
    for (const record of taken) this.#bytes -= sizeOf(record);
    return taken;
  }
}

/** Bytes in memory, roughly. */
function sizeOf(record: LogRecord): number {
  const keyBytes = record instanceof FetchedRecord ? record.keyBytes : (record.key?.length ?? 0);
  return 64 + keyBytes + valueBytesOf(record);
}

/** Without making a view for it. */
function valueBytesOf(record: LogRecord): number {
  return record instanceof FetchedRecord ? record.valueBytes : (record.value?.length ?? 0);
}
