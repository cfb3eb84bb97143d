import type { WarehouseTopic } from '../../schemas/clickhouse/index.ts';
import type { Origin } from '../../schemas/place.ts';
import { Ends } from './block-column.ts';
import type { RowBuffer } from './fresh-rows.ts';
import { BooleanColumn, IntColumn, LongColumn, TimeColumn } from './number-columns.ts';
import { NotReadable, RecordCursor } from './record-cursor.ts';
import { TextColumn, textCell, varintBytes, writeVarint } from './text-column.ts';
import type { NamedColumn } from './topic-columns.ts';
import { fieldsOfTopic } from './topic-columns.ts';

/** So many rows are a block: a few milliseconds of work, and the engine has little to do for one block more. */
const mostRows = 1_024;
/** With so many bytes of records in it a block is full, too. */
const mostBytes = 512 * 1_024;

/** A record in the layout of our own schema. */
export interface OwnRecord {
  readonly value: Buffer;
  /** Where its Avro begins. */
  readonly at: number;
  /** Of the record, ms. */
  readonly timestamp: number;
}

/**
 * Rows of one topic as blocks of ClickHouse's Native format, made out of the bytes of the records, without an object for a row or a
 * cell. What it is made in is kept and used for each block anew.
 */
export class RowBlock implements RowBuffer {
  readonly format = 'Native';
  /** In the order in which they stand in a block. */
  readonly columns: readonly string[];
  readonly #ends = new Ends();
  readonly #from = new RecordCursor();
  readonly #read: (from: RecordCursor) => void;
  readonly #stored: StoredColumns;
  readonly #named: readonly NamedColumn[];
  readonly #heads: readonly Buffer[];
  #rows = 0;
  #recordBytes = 0;

  constructor(id: WarehouseTopic, topicName: string) {
    const fields = fieldsOfTopic[id](this.#ends);
    this.#stored = new StoredColumns(this.#ends, id, topicName);
    this.#named = [...fields.columns, ...this.#stored.columns];
    this.#heads = this.#named.map(({ name, column: { type } }) =>
      Buffer.concat([textCell(name), textCell(type)]),
    );
    this.#read = fields.read;
    this.columns = this.#named.map(({ name }) => name);
  }

  /**
   * Adds a row, which is to be kept or dropped, and returns where it comes from.
   *
   * @throws NotReadable when there is no such record; what was added of it is to be dropped
   */
  add({ value, at, timestamp }: OwnRecord): Origin {
    const from = this.#from;
    from.begin(value, at);
    this.#read(from);
    const origin = { shard: from.readLong(), offset: from.readLong(), n: from.readLong() };
    if (!from.isAtEnd) throw new NotReadable();
    this.#stored.add(origin, timestamp);
    return origin;
  }

  keep(): void {
    this.#ends.keep();
    this.#rows += 1;
    this.#recordBytes += this.#from.bytes.length;
  }

  drop(): void {
    this.#ends.drop();
  }

  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  get isFull(): boolean {
    return this.#rows >= mostRows || this.#recordBytes >= mostBytes;
  }

  /** The rows that were kept since the last call; the bytes are the caller's. */
  take(): Buffer {
    const { length } = this.#named;
    const heads = this.#heads.reduce((bytes, head) => bytes + head.length, 0);
    const cells = this.#named.reduce((bytes, { column }) => bytes + column.bytes, 0);
    const block = Buffer.allocUnsafeSlow(varintBytes(length) + varintBytes(this.#rows) + heads + cells);
    let end = writeVarint(block, writeVarint(block, 0, length), this.#rows);
    for (const [i, { column }] of this.#named.entries()) {
      end += this.#heads[i]?.copy(block, end) ?? 0;
      end = column.copyTo(block, end);
    }
    this.clear();
    return block;
  }

  clear(): void {
    this.#ends.clear();
    this.#rows = 0;
    this.#recordBytes = 0;
  }
}

/** What stands in every row, and in no record but for the origin. */
class StoredColumns {
  readonly #shard: IntColumn;
  readonly #offset: LongColumn;
  readonly #n: IntColumn;
  readonly #topic: TextColumn;
  readonly #topicCell: Buffer;
  readonly #at: TimeColumn;
  readonly #isSuppressed: BooleanColumn | null;
  readonly #isOfSuppressed: boolean;

  constructor(ends: Ends, id: WarehouseTopic, topicName: string) {
    this.#shard = new IntColumn(ends, 'UInt32');
    this.#offset = new LongColumn(ends);
    this.#n = new IntColumn(ends, 'UInt32');
    this.#topic = new TextColumn(ends);
    this.#topicCell = textCell(topicName);
    this.#at = new TimeColumn(ends);
    this.#isOfSuppressed = id === 'suppressed';
    this.#isSuppressed = id === 'enriched' || id === 'suppressed' ? new BooleanColumn(ends) : null;
  }

  get columns(): readonly NamedColumn[] {
    const isSuppressed = this.#isSuppressed;
    return [
      { name: 'origin_shard', column: this.#shard },
      { name: 'origin_offset', column: this.#offset },
      { name: 'origin_n', column: this.#n },
      { name: 'topic', column: this.#topic },
      { name: 'at', column: this.#at },
      ...(isSuppressed === null ? [] : [{ name: 'is_suppressed', column: isSuppressed }]),
    ];
  }

  add({ shard, offset, n }: Origin, timestamp: number): void {
    this.#shard.add(shard);
    this.#offset.add(offset);
    this.#n.add(n);
    this.#topic.add(this.#topicCell);
    this.#at.addTime(timestamp);
    this.#isSuppressed?.add(this.#isOfSuppressed);
  }
}
