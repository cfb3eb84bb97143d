import type { WarehouseTopic } from '../../schemas/clickhouse/index.ts';
import type { Origin } from '../../schemas/place.ts';
import type { TopicPartition } from '../broker/index.ts';
import type { Found, RowReader } from './fresh-rows.ts';
import type { LinePrinter } from './line-printer.ts';
import type { Held } from './plan.ts';
import { rowOf, type StoredValues } from './rows.ts';
import type { SinkEvent } from './sink-events.ts';
import { TopicLines } from './topic-lines.ts';
import type { Row } from './warehouse.ts';

/** Decodes a value of one of the topics; throws when it cannot. */
export type DecodeStored = <T extends WarehouseTopic>(topic: T, value: Uint8Array) => StoredValues[T];

/** Where the Avro of a value begins that has the layout of our own schema; -1 for any other value. */
export type FindOwn = (topic: WarehouseTopic, value: Uint8Array) => number;

export interface RecordReaderOptions {
  readonly topic: WarehouseTopic;
  readonly place: TopicPartition;
  readonly decode: DecodeStored;
  readonly findOwn: FindOwn;
  readonly observe: (event: SinkEvent) => void;
}

/** Reads records of one partition as rows. That one cannot be read is said once. */
export class RecordReader implements RowReader<Row> {
  readonly #options: RecordReaderOptions;
  readonly #lines: TopicLines;
  /** The last record that could not be read. */
  #unreadable = -1;

  constructor(options: RecordReaderOptions) {
    this.#options = options;
    this.#lines = new TopicLines(options.topic, options.place.topic);
  }

  get columns(): readonly string[] {
    return this.#lines.columns;
  }

  read({ offset, timestamp, value }: Held): Found<Row> | null {
    // A tombstone of the compacted topic: says that the broker may forget, not that analysts should.
    if (value === null) return null;
    const { topic, place, decode } = this.#options;
    try {
      const decoded = decode(topic, value);
      return { origin: decoded.origin, row: rowOf(topic, decoded, { topic: place.topic, at: timestamp }) };
    } catch (error) {
      this.#refuse(offset, error);
      return null;
    }
  }

  print(record: Held, line: LinePrinter): Origin | null {
    return this.#printOwn(record, line) ?? this.#printRead(record, line);
  }

  /** Null for what is not of our own layout, or not what it says: a decoder knows how to read it, or how to fail. */
  #printOwn({ value, timestamp }: Held, line: LinePrinter): Origin | null {
    if (!Buffer.isBuffer(value)) return null;
    const at = this.#options.findOwn(this.#options.topic, value);
    if (at < 0) return null;
    try {
      return this.#lines.print(line, { value, at, timestamp });
    } catch {
      line.drop();
      return null;
    }
  }

  #printRead(record: Held, line: LinePrinter): Origin | null {
    const found = this.read(record);
    if (found !== null) this.#lines.printRow(line, found.row);
    return found?.origin ?? null;
  }

  #refuse(offset: number, error: unknown): void {
    if (offset <= this.#unreadable) return;
    this.#unreadable = offset;
    const { place, observe } = this.#options;
    observe({ kind: 'unreadable', ...place, offset, error });
  }
}
