import { isUtf8 } from 'node:buffer';
import type { Column, Ends } from './block-column.ts';
import { NotReadable, type RecordCursor } from './record-cursor.ts';

/** Nothing that a record holds is longer than five bytes of seven bits can say. */
const longestVarint = 5;
const bytesAtFirst = 16 * 1_024;

export function varintBytes(number: number): number {
  let bytes = 1;
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) bytes += 1;
  return bytes;
}

/** Writes LEB128, as the format counts, and returns where it ends. `number` is below 2^32. */
export function writeVarint(to: Buffer, at: number, number: number): number {
  let end = at;
  let rest = number;
  for (; rest >= 0x80; rest >>>= 7) to[end++] = (rest & 0x7f) | 0x80;
  to[end++] = rest;
  return end;
}

/** A text as it stands in a block: its length, then its bytes. */
export function textCell(text: string): Buffer {
  const cell = Buffer.alloc(longestVarint + Buffer.byteLength(text));
  const start = writeVarint(cell, 0, Buffer.byteLength(text));
  return cell.subarray(0, start + cell.write(text, start));
}

export class TextColumn implements Column {
  readonly type: string = 'String';
  readonly #ends: Ends;
  readonly #part: number;
  #cells = Buffer.allocUnsafeSlow(bytesAtFirst);

  constructor(ends: Ends) {
    this.#ends = ends;
    this.#part = ends.add();
  }

  read(from: RecordCursor): void {
    const length = from.readLength();
    const { bytes, at } = from;
    let end = this.#roomFor(length);
    const to = this.#cells;
    end = writeVarint(to, end, length);
    let all = 0;
    for (let i = at; i < at + length; i += 1) {
      // Within the bytes: `readLength` has looked.
      const byte = bytes[i] as number;
      all |= byte;
      to[end++] = byte;
    }
    if (all >= 0x80 && !isUtf8(bytes.subarray(at, at + length))) throw new NotReadable();
    from.at = at + length;
    this.#ends.now[this.#part] = end;
  }

  addAbsent(): void {
    const end = this.#roomFor(0);
    this.#cells[end] = 0;
    this.#ends.now[this.#part] = end + 1;
  }

  /** Adds what `textCell` makes. */
  add(cell: Buffer): void {
    const end = this.#roomFor(cell.length);
    cell.copy(this.#cells, end);
    this.#ends.now[this.#part] = end + cell.length;
  }

  get bytes(): number {
    return this.#ends.now[this.#part] ?? 0;
  }

  copyTo(to: Buffer, at: number): number {
    return at + this.#cells.copy(to, at, 0, this.bytes);
  }

  /** Makes room for a text and returns where it goes. */
  #roomFor(length: number): number {
    const end = this.bytes;
    const needed = end + longestVarint + length;
    if (needed > this.#cells.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#cells.length));
      this.#cells.copy(larger, 0, 0, end);
      this.#cells = larger;
    }
    return end;
  }
}
