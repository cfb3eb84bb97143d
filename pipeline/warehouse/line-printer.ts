import { isUtf8 } from 'node:buffer';
import { real, time } from './cells.ts';

/** What is printed into. */
const bufferBytes = 128 * 1_024;
/** With so much in it, it is full: what is left is enough for nearly any row. */
const portionBytes = bufferBytes - 16 * 1_024;
/** Longest number with what may follow it: a sign, 17 digits, a point, an exponent. */
const numberBytes = 32;
/** JSON's longest way to write a byte: `\u001f`. */
const escapedBytes = 6;

const none = Buffer.alloc(0);

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
/** By byte: 1 for what stands for itself in JSON, whatever is around it. */
const standsForItself = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte <= 0x7e && byte !== quote && byte !== backslash ? 1 : 0,
);

/** Said of bytes that are no record; whoever prints lets a decoder say what is wrong. */
export class NotPrintable extends Error {}

/**
 * Prints records as lines of JSON out of their Avro bytes, field by field, without an object in between: what a row is made of is
 * looked at once and copied. As `JSON.stringify` prints what a codec decodes, but that keys of a map stay in their order.
 */
export class LinePrinter {
  #from: Buffer = none;
  #at = 0;
  #to = none;
  #end = 0;
  #lineStart = 0;

  /** Begins a line about the record that stands in these bytes from `at` on. */
  begin(record: Buffer, at: number): void {
    this.#from = record;
    this.#at = at;
    this.#lineStart = this.#end;
    this.sign(0x5b);
  }

  /** Whether all of the record was read. */
  get isAtEnd(): boolean {
    return this.#at === this.#from.length;
  }

  finish(): void {
    this.sign(0x5d);
    this.sign(0x0a);
  }

  /** A line that somebody else has made. */
  whole(json: string): void {
    this.#lineStart = this.#end;
    this.#reserve(3 * json.length);
    this.#end += this.#to.write(json, this.#end);
    this.sign(0x0a);
  }

  /** Takes the line back. */
  drop(): void {
    this.#end = this.#lineStart;
  }

  /** Whether what was printed is to be taken before there is more of it. */
  get isFull(): boolean {
    return this.#end >= portionBytes;
  }

  /** What was printed since the last call; it is the caller's. */
  take(): Buffer {
    const printed = this.#to.subarray(0, this.#end);
    this.#to = none;
    this.#end = 0;
    this.#lineStart = 0;
    return printed;
  }

  comma(): void {
    this.sign(comma);
  }

  sign(byte: number): void {
    this.#reserve(1);
    this.#to[this.#end++] = byte;
  }

  /** Prints JSON in ASCII as it is given. */
  literal(json: string): void {
    const { length } = json;
    this.#reserve(length);
    const to = this.#to;
    const end = this.#end;
    for (let i = 0; i < length; i += 1) to[end + i] = json.charCodeAt(i);
    this.#end = end + length;
  }

  /** Reads a long without printing it. */
  readLong(): number {
    const sign = (this.#from[this.#at] ?? 0) & 1;
    let natural = 0;
    let byte = 0x80;
    for (let scale = 1; byte >= 0x80; scale *= 0x80) {
      byte = this.#from[this.#at++] ?? 0;
      natural += (byte & 0x7f) * scale;
    }
    // Behind the end, or a number that the decoder refuses, too.
    if (this.#at > this.#from.length || natural > 2 * Number.MAX_SAFE_INTEGER) throw new NotPrintable();
    return sign === 0 ? natural / 2 : -(natural + 1) / 2;
  }

  /** How many items of a list or map come next; 0 at its end. */
  readItems(): number {
    const items = this.readLong();
    // In another form of blocks; ours are not.
    if (items < 0 || items > this.#from.length - this.#at) throw new NotPrintable();
    return items;
  }

  long(): void {
    this.number(this.readLong());
  }

  time(): void {
    this.number(time(this.readLong()));
  }

  boolean(): void {
    if (this.#at >= this.#from.length) throw new NotPrintable();
    this.literal(this.#from[this.#at++] === 0 ? 'false' : 'true');
  }

  real(): void {
    const start = this.#at;
    this.#at += 8;
    if (this.#at > this.#from.length) throw new NotPrintable();
    const cell = real(this.#from.readDoubleLE(start));
    if (typeof cell === 'number') this.number(cell);
    else this.literal(`"${cell}"`);
  }

  text(): void {
    const bytes = this.readLong();
    const start = this.#at;
    this.#at = start + bytes;
    if (bytes < 0 || this.#at > this.#from.length) throw new NotPrintable();
    this.#reserve(escapedBytes * bytes + 2);
    if (!this.#isCopied(start, this.#at))
      this.#end += this.#to.write(JSON.stringify(this.#decoded(start, this.#at)), this.#end);
  }

  number(number: number): void {
    this.#reserve(numberBytes);
    if (Number.isSafeInteger(number) && number >= 0) this.#end = writeNatural(this.#to, this.#end, number);
    else this.literal(String(number));
  }

  /** Copies a text that JSON writes as it stands; nearly all are. */
  #isCopied(start: number, end: number): boolean {
    const from = this.#from;
    const to = this.#to;
    let at = this.#end;
    to[at++] = quote;
    for (let i = start; i < end; i += 1) {
      // Within the bytes: the caller has looked.
      const byte = from[i] as number;
      if (standsForItself[byte] === 0) return false;
      to[at++] = byte;
    }
    to[at++] = quote;
    this.#end = at;
    return true;
  }

  #decoded(start: number, end: number): string {
    const bytes = this.#from.subarray(start, end);
    if (!isUtf8(bytes)) throw new NotPrintable();
    return bytes.toString();
  }

  #reserve(bytes: number): void {
    const needed = this.#end + bytes;
    if (needed <= this.#to.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, bufferBytes, 2 * this.#to.length));
    this.#to.copy(larger, 0, 0, this.#end);
    this.#to = larger;
  }
}

/** In two halves: whole numbers of up to 31 bits are quicker to take apart. */
const half = 1e9;

function writeNatural(to: Buffer, start: number, number: number): number {
  if (number < half) return writeDigits(to, start, number, digitsOf(number));
  const high = Math.floor(number / half);
  return writeDigits(to, writeNatural(to, start, high), number - high * half, 9);
}

function digitsOf(number: number): number {
  let digits = 1;
  for (let above = 10; above <= number; above *= 10) digits += 1;
  return digits;
}

function writeDigits(to: Buffer, start: number, number: number, digits: number): number {
  let rest = number | 0;
  for (let at = start + digits - 1; at >= start; at -= 1) {
    const tens = (rest / 10) | 0;
    to[at] = 0x30 + rest - 10 * tens;
    rest = tens;
  }
  return start + digits;
}
