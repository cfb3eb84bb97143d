import type { Column, Ends } from './block-column.ts';
import { time } from './cells.ts';
import { NotReadable, type RecordCursor } from './record-cursor.ts';

/** As many as a block has rows; what needs more of them grows once. */
const cellsAtFirst = 1_024;
const highScale = 2 ** 32;

interface NumbersOf<Numbers> {
  new (length: number): Numbers;
}

/** Cells that are one or two numbers each. */
export abstract class NumberColumn<Numbers extends Uint8Array | Uint32Array | Float64Array>
  implements Column
{
  abstract readonly type: string;
  readonly #ends: Ends;
  readonly #part: number;
  readonly #Numbers: NumbersOf<Numbers>;
  #numbers: Numbers;

  constructor(ends: Ends, Numbers: NumbersOf<Numbers>) {
    this.#ends = ends;
    this.#part = ends.add();
    this.#Numbers = Numbers;
    this.#numbers = new Numbers(cellsAtFirst);
  }

  abstract read(from: RecordCursor): void;
  abstract addAbsent(): void;

  get bytes(): number {
    return this.cellBytes;
  }

  copyTo(to: Buffer, at: number): number {
    const { cellBytes } = this;
    to.set(new Uint8Array(this.#numbers.buffer, 0, cellBytes), at);
    return at + cellBytes;
  }

  /** Of the numbers alone. */
  protected get cellBytes(): number {
    return (this.#ends.now[this.#part] ?? 0) * this.#numbers.BYTES_PER_ELEMENT;
  }

  /** Adds a number; one that is too large for its bits, or negative, is stored modulo their power of two. */
  protected put(number: number): void {
    const { now } = this.#ends;
    const at = now[this.#part] ?? 0;
    if (at === this.#numbers.length) this.#grow();
    this.#numbers[at] = number;
    now[this.#part] = at + 1;
  }

  #grow(): void {
    const larger = new this.#Numbers(2 * this.#numbers.length);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}

/** Whole numbers from 0 to 2^53. */
export class LongColumn extends NumberColumn<Uint32Array> {
  readonly type: string = 'UInt64';

  constructor(ends: Ends) {
    super(ends, Uint32Array);
  }

  read(from: RecordCursor): void {
    this.add(from.readLong());
  }

  addAbsent(): void {
    this.add(0);
  }

  add(number: number): void {
    if (number < 0) throw new NotReadable();
    // The lower half comes first.
    this.put(number >>> 0);
    this.put(Math.floor(number / highScale));
  }
}

export class TimeColumn extends LongColumn {
  override readonly type = "DateTime64(3, 'UTC')";

  override read(from: RecordCursor): void {
    this.addTime(from.readLong());
  }

  addTime(ms: number): void {
    this.add(time(ms));
  }
}

/** Whole numbers of 32 bits. */
export class IntColumn extends NumberColumn<Uint32Array> {
  readonly type: 'Int32' | 'UInt32';
  readonly #least: number;
  readonly #absent: number;

  constructor(ends: Ends, type: 'Int32' | 'UInt32', absent = 0) {
    super(ends, Uint32Array);
    this.type = type;
    this.#least = type === 'Int32' ? -highScale / 2 : 0;
    this.#absent = absent;
  }

  read(from: RecordCursor): void {
    this.add(from.readLong());
  }

  addAbsent(): void {
    this.add(this.#absent);
  }

  add(number: number): void {
    if (number < this.#least || number >= this.#least + highScale) throw new NotReadable();
    this.put(number);
  }
}

export class RealColumn extends NumberColumn<Float64Array> {
  readonly type = 'Float64';
  readonly #absent: number;

  constructor(ends: Ends, absent: number) {
    super(ends, Float64Array);
    this.#absent = absent;
  }

  read(from: RecordCursor): void {
    // -0 becomes 0, as it would in JSON.
    this.put(from.readReal() + 0);
  }

  addAbsent(): void {
    this.put(this.#absent);
  }
}

export class BooleanColumn extends NumberColumn<Uint8Array> {
  readonly type = 'Bool';

  constructor(ends: Ends) {
    super(ends, Uint8Array);
  }

  read(from: RecordCursor): void {
    this.add(from.readBoolean());
  }

  addAbsent(): void {
    this.add(false);
  }

  add(is: boolean): void {
    this.put(Number(is));
  }
}
