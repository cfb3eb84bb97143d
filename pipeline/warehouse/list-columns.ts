import type { Column, Ends } from './block-column.ts';
import { LongColumn } from './number-columns.ts';
import type { RecordCursor } from './record-cursor.ts';

/** A list as the format has it: for each row how many items there are up to its end, then the items of all rows. */
abstract class Listing implements Column {
  abstract readonly type: string;
  readonly #ends: Ends;
  readonly #items: number;
  readonly #itemsUpTo: LongColumn;
  readonly #parts: readonly Column[];

  constructor(ends: Ends, parts: readonly Column[]) {
    this.#ends = ends;
    this.#items = ends.add();
    this.#itemsUpTo = new LongColumn(ends);
    this.#parts = parts;
  }

  read(from: RecordCursor): void {
    const { now } = this.#ends;
    let upTo = now[this.#items] ?? 0;
    for (let items = from.readItems(); items > 0; items = from.readItems()) {
      upTo += items;
      for (; items > 0; items -= 1) this.readItem(from);
    }
    now[this.#items] = upTo;
    this.#itemsUpTo.add(upTo);
  }

  addAbsent(): void {
    this.#itemsUpTo.add(this.#ends.now[this.#items] ?? 0);
  }

  get bytes(): number {
    return this.#parts.reduce((bytes, part) => bytes + part.bytes, this.#itemsUpTo.bytes);
  }

  copyTo(to: Buffer, at: number): number {
    return this.#parts.reduce((end, part) => part.copyTo(to, end), this.#itemsUpTo.copyTo(to, at));
  }

  protected abstract readItem(from: RecordCursor): void;
}

export class ListColumn extends Listing {
  readonly type: string;
  readonly #item: Column;

  constructor(ends: Ends, item: Column) {
    super(ends, [item]);
    this.type = `Array(${item.type})`;
    this.#item = item;
  }

  protected readItem(from: RecordCursor): void {
    this.#item.read(from);
  }
}

/** Of an Avro map, or of a list of records of two fields, which has the same bytes. */
export class MapColumn extends Listing {
  readonly type: string;
  readonly #key: Column;
  readonly #value: Column;

  constructor(ends: Ends, key: Column, value: Column) {
    super(ends, [key, value]);
    this.type = `Map(${key.type}, ${value.type})`;
    this.#key = key;
    this.#value = value;
  }

  protected readItem(from: RecordCursor): void {
    this.#key.read(from);
    this.#value.read(from);
  }
}
