import type { WarehouseTopic } from '../../schemas/clickhouse/index.ts';
import type { TopicPartition } from '../broker/index.ts';
import type { Found } from './fresh-rows.ts';
import type { Held } from './plan.ts';
import { rowOf, type StoredValues } from './rows.ts';
import type { SinkEvent } from './sink-events.ts';
import type { Row } from './warehouse.ts';

/** Decodes a value of one of the topics; throws when it cannot. */
export type DecodeStored = <T extends WarehouseTopic>(topic: T, value: Uint8Array) => StoredValues[T];

export interface RecordReaderOptions {
  readonly topic: WarehouseTopic;
  readonly place: TopicPartition;
  readonly decode: DecodeStored;
  readonly observe: (event: SinkEvent) => void;
}

/** Reads records of one partition as rows. A record may be read again; that it cannot be is said once. */
export class RecordReader {
  readonly #options: RecordReaderOptions;
  /** The last record that could not be read. */
  #unreadable = -1;

  constructor(options: RecordReaderOptions) {
    this.#options = options;
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

  #refuse(offset: number, error: unknown): void {
    if (offset <= this.#unreadable) return;
    this.#unreadable = offset;
    const { place, observe } = this.#options;
    observe({ kind: 'unreadable', ...place, offset, error });
  }
}
