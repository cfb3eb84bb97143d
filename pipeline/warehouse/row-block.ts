import type { WarehouseTopic } from '../../schemas/clickhouse/index.ts';
import type { Origin } from '../../schemas/place.ts';
import { Ends } from './block-column.ts';
import type { RowBuffer } from './fresh-rows.ts';
import { BooleanColumn, IntColumn, LongColumn, TimeColumn } from './number-columns.ts';
import { NotReadable, RecordCursor } from './record-cursor.ts';
import { TextColumn, textCell, varintBytes, writeVarint } from './text-column.ts';
import { type Fields, fieldsOfTopic, type NamedColumn } from './topic-columns.ts';

/** So many rows are a block: a few milliseconds of work, and the engine has little to do for one block more. */
const mostRows = 1_024;
/** With so many bytes of records in it a block is full, too. */
const mostBytes = 512 * 1_024;
/** What a larger block was made in is given back: it holds a record that is far larger than others. */
const mostKeptBytes = 4 * mostBytes;

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
  readonly #from = new RecordCursor();
  readonly #make: () => Parts;
  #parts: Parts;
  #rows = 0;
  #recordBytes = 0;

  constructor(id: WarehouseTopic, topicName: string) {
    this.#make = () => partsOf(id, topicName);
    this.#parts = this.#make();
    this.columns = this.#parts.named.map(({ name }) => name);
  }

  /**
   * Adds a row, which is to be kept or dropped, and returns where it comes from.
   *
   * @throws NotReadable when there is no such record; what was added of it is to be dropped
   */
  add({ value, at, timestamp }: OwnRecord): Origin {
    const from = this.#from;
    const { fields, stored } = this.#parts;
    from.begin(value, at);
    fields.read(from);
    const origin = { shard: from.readLong(), offset: from.readLong(), n: from.readLong() };
    if (!from.isAtEnd) throw new NotReadable();
    stored.add(origin, timestamp);
    return origin;
  }

  keep(): void {
    this.#parts.ends.keep();
    this.#rows += 1;
    this.#recordBytes += this.#from.bytes.length;
  }

  drop(): void {
    this.#parts.ends.drop();
  }

  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  get isFull(): boolean {
    return this.#rows >= mostRows || this.#recordBytes >= mostBytes;
  }

  /** The rows that were kept since the last call; the bytes are the caller's. */
  take(): Buffer {
    const { named, heads } = this.#parts;
    const headBytes = heads.reduce((bytes, head) => bytes + head.length, 0);
    const cellBytes = named.reduce((bytes, { column }) => bytes + column.bytes, 0);
    const countBytes = varintBytes(named.length) + varintBytes(this.#rows);
    const block = Buffer.allocUnsafeSlow(countBytes + headBytes + cellBytes);
    let end = writeVarint(block, writeVarint(block, 0, named.length), this.#rows);
    for (const [i, { column }] of named.entries()) {
      end += heads[i]?.copy(block, end) ?? 0;
      end = column.copyTo(block, end);
    }
    if (block.length > mostKeptBytes) this.#parts = this.#make();
    this.clear();
    return block;
  }

  clear(): void {
    this.#parts.ends.clear();
    this.#from.end();
    this.#rows = 0;
    this.#recordBytes = 0;
  }
}

/** What a block is made in. */
interface Parts {
  readonly ends: Ends;
  readonly fields: Fields;
  readonly stored: StoredColumns;
  readonly named: readonly NamedColumn[];
  /** Name and type of each column, as they stand before its cells. */
  readonly heads: readonly Buffer[];
}

function partsOf(id: WarehouseTopic, topicName: string): Parts {
  const ends = new Ends();
  const fields = fieldsOfTopic[id](ends);
  const stored = new StoredColumns(ends, id, topicName);
  const named = [...fields.columns, ...stored.columns];
  const heads = named.map(({ name, column: { type } }) => Buffer.concat([textCell(name), textCell(type)]));
  return { ends, fields, stored, named, heads };
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
