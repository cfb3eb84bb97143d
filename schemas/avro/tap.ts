import { isUtf8 } from 'node:buffer';
import { TocsinError } from '../errors.ts';

/** avsc's cursor over bytes, as its types receive it; reads past the end yield nothing and move on. */
export interface Tap {
  pos: number;
  readonly buf: Buffer;
  readLong(): number;
  writeLong(value: number): void;
  writeDouble(value: number): void;
  writeString(value: string): void;
}

const truncated = (what: string): TocsinError => new TocsinError('record.avro-truncated', what);

/** Bits of a long, its sign included, that its first four bytes hold; the rest is reckoned apart, since V8's integers end at 31. */
const lowBits = 28;
const lowHalf = 2 ** (lowBits - 1);

/**
 * A long as avsc reads it, which takes the remainder of a double to tell the sign of a time. Exact as far as numbers are.
 */
export function readLong(tap: Tap): number {
  const { buf } = tap;
  let at = tap.pos;
  let byte = 0x80;
  let low = 0;
  for (let shift = 0; shift < lowBits && byte >= 0x80; shift += 7) {
    byte = buf[at++] ?? 0;
    low |= (byte & 0x7f) << shift;
  }
  let high = 0;
  for (let scale = 1; byte >= 0x80; scale *= 0x80) {
    byte = buf[at++] ?? 0;
    high += (byte & 0x7f) * scale;
  }
  tap.pos = at;
  const size = high * lowHalf + (low >>> 1);
  return (low & 1) === 0 ? size : -size - 1;
}

/** A whole number as avsc writes it, which takes a time apart as a double; what does not fit is counted only, and the whole is written again. */
export function writeLong(tap: Tap, value: number): void {
  const { buf } = tap;
  const sign = value < 0 ? 1 : 0;
  const size = value < 0 ? -value - 1 : value;
  let at = tap.pos;
  let rest = 2 * size + sign;
  if (size >= lowHalf) {
    const high = Math.floor(size / lowHalf);
    let low = 2 * (size - high * lowHalf) + sign;
    for (let written = 0; written < lowBits; written += 7) {
      buf[at++] = (low & 0x7f) | 0x80;
      low >>>= 7;
    }
    rest = high;
  }
  while (rest > 0x7f) {
    buf[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buf[at++] = rest;
  tap.pos = at;
}

/** Items in the next block. Each item we know of takes at least one byte, so more items than bytes is a lie. */
export function blockItems(tap: Tap): number {
  let items = tap.readLong();
  if (items < 0) {
    items = -items;
    tap.readLong(); // The size in bytes, for readers who skip.
  }
  assertItems(tap, items);
  return items;
}

export function skipBlocks(tap: Tap, skipItem: () => void): void {
  for (let items = tap.readLong(); items !== 0; items = tap.readLong()) {
    if (items < 0) skipBytes(tap, tap.readLong());
    else {
      assertItems(tap, items);
      for (let i = 0; i < items; i++) skipItem();
    }
  }
}

function assertItems(tap: Tap, items: number): void {
  if (items > tap.buf.length - tap.pos) throw truncated(`${items} items announced where the value ends`);
}

function skipBytes(tap: Tap, bytes: number): void {
  if (bytes < 0 || bytes > tap.buf.length - tap.pos) throw truncated(`a block of ${bytes} bytes`);
  tap.pos += bytes;
}

export function readText(tap: Tap): string {
  const bytes = tap.readLong();
  const start = tap.pos;
  const end = start + bytes;
  tap.pos = end;
  if (bytes < 0 || end > tap.buf.length) throw truncated('a text reaches past the end');
  const known = bytes <= longestKept ? recentText(tap.buf, start, end) : null;
  if (known !== null) return known;
  const text = tap.buf.toString('utf8', start, end);
  // V8 answers this at once for text without characters above U+00FF.
  if (text.includes('\uFFFD')) assertUtf8(tap.buf.subarray(start, end));
  return text;
}

/** Bytes as a text of one character for each. */
export function readLatin1(tap: Tap): string {
  const { start, end } = readSpan(tap);
  return tap.buf.toString('latin1', start, end);
}

/** Where bytes lie that stand next; they are read over. */
export function readSpan(tap: Tap): { readonly start: number; readonly end: number } {
  const bytes = tap.readLong();
  const start = tap.pos;
  const end = start + bytes;
  if (bytes < 0 || end > tap.buf.length) throw truncated('bytes reach past the end');
  tap.pos = end;
  return { start, end };
}

/** Names, labels, words: what is shorter than the ids that are different each time. */
const longestKept = 24;
const keptTexts = 4_096;
/** Texts that were read lately, each in the one place that its bytes choose. */
const recent: string[] = Array.from({ length: keptTexts }, () => '');

/**
 * The same few texts stand in nearly all alerts and rows: one string for all of them is cheaper to find than to make, and
 * kept once, not once per row. Null for text that is not ASCII.
 */
function recentText(bytes: Buffer, start: number, end: number): string | null {
  let hash = end - start;
  for (let i = start; i < end; i += 1) {
    // Within the bytes: the caller has looked.
    const byte = bytes[i] as number;
    if (byte > 0x7f) return null;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  const slot = (hash ^ (hash >>> 15)) & (keptTexts - 1);
  // The mask keeps it within the list, which has a text in every place.
  const known = recent[slot] as string;
  if (isText(known, bytes, start, end)) return known;
  const text = bytes.toString('latin1', start, end);
  recent[slot] = text;
  return text;
}

function isText(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}

/** Node puts U+FFFD in the place of bytes that are not UTF-8; the producer may also have sent that very character. */
function assertUtf8(bytes: Uint8Array): void {
  if (!isUtf8(bytes)) throw new TocsinError('record.invalid-utf8', 'in an Avro string');
}

/** Of ES2024, in Node since 20; the compiler's library is that of ES2023. */
interface WellFormable {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

/** As long as its length takes one byte. */
const longestShort = 63;

/**
 * Nearly all texts are short and ASCII: those are written in one pass, a fourth of what measuring first costs. Half a
 * surrogate pair has no UTF-8 form: avsc would write bytes that no reader accepts, ours included.
 */
export function writeText(tap: Tap, text: string): void {
  if (text.length <= longestShort && isWrittenShort(tap, text)) return;
  const wellFormable = text as string & WellFormable;
  tap.writeString(wellFormable.isWellFormed() ? text : wellFormable.toWellFormed());
}

function isWrittenShort(tap: Tap, text: string): boolean {
  const { buf, pos } = tap;
  const { length } = text;
  if (pos + 1 + length > buf.length) return false;
  for (let i = 0; i < length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return false;
    buf[pos + 1 + i] = unit;
  }
  buf[pos] = 2 * length;
  tap.pos = pos + 1 + length;
  return true;
}
