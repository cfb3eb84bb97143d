import { type Codec, codecs } from '../../schemas/avro/index.ts';
import type { WarehouseTopic } from '../../schemas/clickhouse/index.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { Origin } from '../../schemas/place.ts';
import type { TopicPartition } from '../broker/index.ts';
import type { Found, RowReader } from './fresh-rows.ts';
import type { Held } from './plan.ts';
import { NotReadable } from './record-cursor.ts';
import type { OwnRecord, RowBlock } from './row-block.ts';
import { rowOf, type StoredValues } from './rows.ts';
import type { SinkEvent } from './sink-events.ts';
import type { Row } from './warehouse.ts';

/** Decodes a value of one of the topics; throws when it cannot. */
export type DecodeStored = <T extends WarehouseTopic>(topic: T, value: Uint8Array) => StoredValues[T];

/** Where the Avro of a value begins that has the layout of our own schema; -1 for any other value. */
export type FindOwn = (topic: WarehouseTopic, value: Uint8Array) => number;

export interface RecordReaderOptions {
  readonly topic: WarehouseTopic;
  readonly place: TopicPartition;
  readonly buffer: RowBlock;
  readonly decode: DecodeStored;
  readonly findOwn: FindOwn;
  readonly observe: (event: SinkEvent) => void;
}

/** Reads records of one partition as rows. That one cannot be read is said once. */
export class RecordReader implements RowReader<Row> {
  readonly buffer: RowBlock;
  readonly #options: RecordReaderOptions;
  /** The last record that could not be read. */
  #unreadable = -1;

  constructor(options: RecordReaderOptions) {
    this.#options = options;
    this.buffer = options.buffer;
  }

  read(record: Held): Found<Row> | null {
    const { topic, place } = this.#options;
    const decoded = this.#decoded(record);
    if (decoded === null) return null;
    const row = rowOf(topic, decoded, { topic: place.topic, at: record.timestamp });
    return { origin: decoded.origin, row };
  }

  add(record: Held): Origin | null {
    return this.#addOwn(record) ?? this.#addDecoded(record);
  }

  /** Null for what is not of our own layout, or not what it says: a decoder knows how to read it, or how to fail. */
  #addOwn({ value, timestamp }: Held): Origin | null {
    if (!Buffer.isBuffer(value)) return null;
    const at = this.#options.findOwn(this.#options.topic, value);
    return at < 0 ? null : this.#tryAdd({ value, at, timestamp });
  }

  /** Written again in our own layout, then read like the others. */
  #addDecoded(record: Held): Origin | null {
    const decoded = this.#decoded(record);
    if (decoded === null) return null;
    // The codec is that of the topic the value was read from.
    const codec = codecs[this.#options.topic] as unknown as Codec<unknown>;
    try {
      return this.buffer.add({ value: codec.encode(decoded), at: 0, timestamp: record.timestamp });
    } catch (error) {
      this.buffer.drop();
      const detail = 'a number that its column cannot hold';
      const isTooLarge = error instanceof NotReadable;
      this.#refuse(record.offset, isTooLarge ? new TocsinError('record.invalid-field', detail) : error);
      return null;
    }
  }

  /** Whatever it is that goes wrong, the decoder is asked next. */
  #tryAdd(record: OwnRecord): Origin | null {
    try {
      return this.buffer.add(record);
    } catch {
      this.buffer.drop();
      return null;
    }
  }

  #decoded({ offset, value }: Held): StoredValues[WarehouseTopic] | null {
    // A tombstone of the compacted topic: says that the broker may forget, not that analysts should.
    if (value === null) return null;
    const { topic, decode } = this.#options;
    try {
      return decode(topic, value);
    } catch (error) {
      this.#refuse(offset, error);
      return null;
    }
  }

  #refuse(offset: number, error: unknown): void {
    if (offset <= this.#unreadable) return;
    this.#unreadable = offset;
    const { place, observe } = this.#options;
    observe({ kind: 'unreadable', ...place, offset, error });
  }
}
