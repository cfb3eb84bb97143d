/**
 * The part of MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) that Redis's Lua speaks here: arrays
 * of byte strings. Lua strings are bytes, so values need no encoding.
 */

/** The longest header. */
const roomForHeader = 5;

/** Collects one document; `take` gives its bytes, once. */
export class PackWriter {
  #bytes: Buffer;
  #end = 0;

  /** With an idea of how many bytes it will be. */
  constructor(size = 1_024) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  array(length: number): void {
    this.#reserve(roomForHeader);
    this.#header(length, arrayForms);
  }

  bytes(value: Uint8Array): void {
    const { byteLength } = value;
    this.#stringHeader(byteLength);
    this.#bytes.set(value, this.#end);
    this.#end += byteLength;
  }

  /** Bytes and the UTF-8 of a text behind them, as one string. */
  joined(first: Uint8Array, second: string): void {
    const byteLength = Buffer.byteLength(second);
    this.#stringHeader(first.byteLength + byteLength);
    this.#bytes.set(first, this.#end);
    this.#end += first.byteLength;
    // One character is one byte: no other text is as long as its bytes.
    const encoding = byteLength === second.length ? 'latin1' : 'utf8';
    this.#end += this.#bytes.write(second, this.#end, encoding);
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.#end);
  }

  #stringHeader(byteLength: number): void {
    this.#reserve(roomForHeader + byteLength);
    this.#header(byteLength, stringForms);
  }

  #header(length: number, { fixed, mask, long: [short, medium, large] }: Forms): void {
    const bytes = this.#bytes;
    if (length <= mask) {
      bytes[this.#end++] = fixed | length;
      return;
    }
    if (short !== null && length <= 0xff) {
      bytes[this.#end++] = short;
      bytes[this.#end++] = length;
    } else if (length <= 0xffff) {
      bytes[this.#end++] = medium;
      this.#end = bytes.writeUInt16BE(length, this.#end);
    } else {
      bytes[this.#end++] = large;
      this.#end = bytes.writeUInt32BE(length, this.#end);
    }
  }

  #reserve(bytes: number): void {
    const needed = this.#end + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }
}

/** The byte strings of one array, as views of `packed`. @throws RangeError when it is something else */
export function unpackStrings(packed: Buffer): Buffer[] {
  const reader = { at: 0 };
  const count = lengthAt(packed, reader, arrayForms);
  const strings: Buffer[] = [];
  for (let i = 0; i < count; i += 1) {
    const length = lengthAt(packed, reader, stringForms);
    strings.push(packed.subarray(reader.at, reader.at + length));
    reader.at += length;
  }
  if (reader.at !== packed.byteLength) throw new RangeError('not one MessagePack array of strings');
  return strings;
}

interface Forms {
  /** First byte of the form that has the length in itself, and the bits that hold it. */
  readonly fixed: number;
  readonly mask: number;
  /** First bytes of the forms with 8, 16 and 32 bits of length; null for none. */
  readonly long: readonly [number | null, number, number];
}

const arrayForms: Forms = { fixed: 0x90, mask: 0x0f, long: [null, 0xdc, 0xdd] };
const stringForms: Forms = { fixed: 0xa0, mask: 0x1f, long: [0xd9, 0xda, 0xdb] };

function lengthAt(packed: Buffer, reader: { at: number }, { fixed, mask, long }: Forms): number {
  const first = packed.readUInt8(reader.at);
  reader.at += 1;
  if ((first & ~mask) === fixed) return first & mask;
  const [short, medium, large] = long;
  const size = first === short ? 1 : first === medium ? 2 : first === large ? 4 : 0;
  if (size === 0) throw new RangeError(`MessagePack byte ${first} is not expected here`);
  const length = packed.readUIntBE(reader.at, size);
  reader.at += size;
  return length;
}
