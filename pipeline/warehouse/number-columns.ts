import type { Column, Ends } from './block-column.ts';
import { time } from './cells.ts';
import { NotReadable, type RecordCursor } from './record-cursor.ts';

const cellsAtFirst = 1_024;
const highScale = 2 ** 32;

/** Cells that are one or two numbers each. */
export abstract class NumberColumn<Numbers extends Uint8Array | Uint32Array | Float64Array>
  implements Column
{
  abstract readonly type: string;
  protected numbers: Numbers;
  readonly #ends: Ends;
  readonly #part: number;
  readonly #perCell: number;

  constructor(ends: Ends, numbers: Numbers, perCell = 1) {
    this.#ends = ends;
    this.#part = ends.add();
    this.numbers = numbers;
    this.#perCell = perCell;
  }

  abstract read(from: RecordCursor): void;
  abstract addAbsent(): void;

  get bytes(): number {
    return this.#bytes;
  }

  copyTo(to: Buffer, at: number): number {
    to.set(new Uint8Array(this.numbers.buffer, 0, this.#bytes), at);
    return at + this.#bytes;
  }

  get #bytes(): number {
    return (this.#ends.now[this.#part] ?? 0) * this.numbers.BYTES_PER_ELEMENT;
  }

  protected abstract roomFor(numbers: number): Numbers;

  /** Where the cell goes that comes next. */
  protected next(): number {
    const { now } = this.#ends;
    const at = now[this.#part] ?? 0;
    const end = at + this.#perCell;
    now[this.#part] = end;
    if (end > this.numbers.length) {
      const larger = this.roomFor(2 * this.numbers.length);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    return at;
  }
}

/** Whole numbers from 0 to 2^53. */
export class LongColumn extends NumberColumn<Uint32Array> {
  readonly type: string = 'UInt64';

  constructor(ends: Ends) {
    super(ends, new Uint32Array(2 * cellsAtFirst), 2);
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
    const at = this.next();
    this.numbers[at] = number >>> 0;
    this.numbers[at + 1] = Math.floor(number / highScale);
  }

  protected roomFor(numbers: number): Uint32Array {
    return new Uint32Array(numbers);
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
    super(ends, new Uint32Array(cellsAtFirst));
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
    this.numbers[this.next()] = number;
  }

  protected roomFor(numbers: number): Uint32Array {
    return new Uint32Array(numbers);
  }
}

export class RealColumn extends NumberColumn<Float64Array> {
  readonly type = 'Float64';
  readonly #absent: number;

  constructor(ends: Ends, absent: number) {
    super(ends, new Float64Array(cellsAtFirst));
    this.#absent = absent;
  }

  read(from: RecordCursor): void {
    // -0 becomes 0, as it would in JSON.
    this.numbers[this.next()] = from.readReal() + 0;
  }

  addAbsent(): void {
    this.numbers[this.next()] = this.#absent;
  }

  protected roomFor(numbers: number): Float64Array {
    return new Float64Array(numbers);
  }
}

export class BooleanColumn extends NumberColumn<Uint8Array> {
  readonly type = 'Bool';

  constructor(ends: Ends) {
    super(ends, new Uint8Array(cellsAtFirst));
  }

  read(from: RecordCursor): void {
    this.add(from.readBoolean());
  }

  addAbsent(): void {
    this.add(false);
  }

  add(is: boolean): void {
    this.numbers[this.next()] = Number(is);
  }

  protected roomFor(numbers: number): Uint8Array {
    return new Uint8Array(numbers);
  }
}
