import { isUtf8 } from 'node:buffer';
import { TocsinError } from '../errors.ts';

/** avsc's cursor over bytes, as its types receive it; reads past the end yield nothing and move on. */
export interface Tap {
  pos: number;
  readonly buf: Buffer;
  readLong(): number;
  readString(): string | undefined;
  writeLong(value: number): void;
  writeString(value: string): void;
}

const truncated = (what: string): TocsinError => new TocsinError('record.avro-truncated', what);

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
  const start = tap.pos;
  const text = tap.readString();
  if (text === undefined || tap.pos > tap.buf.length) throw truncated('a text reaches past the end');
  // V8 answers this at once for text without characters above U+00FF.
  if (text.includes('\uFFFD')) assertUtf8(tap, start);
  return text;
}

/** Node puts U+FFFD in the place of bytes that are not UTF-8; the producer may also have sent that very character. */
function assertUtf8(tap: Tap, start: number): void {
  let first = start;
  while (((tap.buf[first++] ?? 0) & 0x80) !== 0) {
    // Skips the length in front of the text.
  }
  if (!isUtf8(tap.buf.subarray(first, tap.pos))) {
    throw new TocsinError('record.invalid-utf8', 'in an Avro string');
  }
}

/** Of ES2024, in Node since 20; the compiler's library is that of ES2023. */
interface WellFormable {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

/** Half a surrogate pair has no UTF-8 form: avsc would write bytes that no reader accepts, ours included. */
export function writeText(tap: Tap, text: string): void {
  const wellFormable = text as string & WellFormable;
  tap.writeString(wellFormable.isWellFormed() ? text : wellFormable.toWellFormed());
}
