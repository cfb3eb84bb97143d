/**
 * The part of MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) that Redis's Lua speaks here: arrays
 * of byte strings. Lua strings are bytes, so values need no encoding.
 */

/** Collects one document; `take` gives its bytes. */
export class PackWriter {
  readonly #parts: Uint8Array[] = [];

  array(length: number): void {
    this.#parts.push(header(length, { fixed: 0x90, most: 15, long: [null, 0xdc, 0xdd] }));
  }

  bytes(value: Uint8Array): void {
    this.#parts.push(header(value.byteLength, { fixed: 0xa0, most: 31, long: [0xd9, 0xda, 0xdb] }), value);
  }

  take(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

interface Header {
  /** First byte of the form that has the length in itself, and the greatest such length. */
  readonly fixed: number;
  readonly most: number;
  /** First bytes of the forms with 8, 16 and 32 bits of length. */
  readonly long: readonly [number | null, number, number];
}

function header(length: number, { fixed, most, long: [short, medium, large] }: Header): Uint8Array {
  if (length <= most) return Uint8Array.of(fixed | length);
  if (short !== null && length <= 0xff) return Uint8Array.of(short, length);
  if (length <= 0xffff) return Uint8Array.of(medium, length >>> 8, length & 0xff);
  const bytes = Buffer.allocUnsafe(5);
  bytes[0] = large;
  bytes.writeUInt32BE(length, 1);
  return bytes;
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
