import avro, { type Type } from 'avsc';
import type { BytesSchema } from './notation.ts';
import { readLatin1, type Tap } from './tap.ts';

/**
 * A value as the bytes that it is written as, one character for each: V8 keeps such a text as it lies, without an object
 * beside it or memory elsewhere.
 */
export class Packed {
  // Declared only: a field that is defined first and set then goes through the runtime, once for each object.
  declare avro: string;

  constructor(avro: string) {
    this.avro = avro;
  }
}

/** As avsc's types write: what does not fit is counted only, and the whole is written again. */
export function writePacked(tap: Tap, { avro }: Packed): void {
  const start = tap.pos;
  tap.pos = start + avro.length;
  if (tap.pos <= tap.buf.length) tap.buf.write(avro, start, 'latin1');
}

let scratch = Buffer.allocUnsafeSlow(4_096);

/** The bytes of a value, for a `Packed`. */
export function packedAs(type: Type, value: unknown): string {
  let end = type.encode(value, scratch, 0);
  if (end < 0) {
    scratch = Buffer.allocUnsafeSlow(2 * (scratch.length - end));
    end = type.encode(value, scratch, 0);
  }
  return scratch.toString('latin1', 0, end);
}

/** The type of a packed value in a row, when a node is `schema`; what is read stays packed. */
export function packedRowType(
  node: unknown,
  schema: BytesSchema,
  Kind: new (avro: string) => Packed,
): avro.Type | undefined {
  const { logicalType } = (node ?? {}) as Partial<BytesSchema>;
  if (logicalType !== schema.logicalType) return undefined;
  return new (class extends avro.types.BytesType {
    _read(tap: Tap): Packed {
      return new Kind(readLatin1(tap));
    }

    _write(tap: Tap, value: Packed): void {
      tap.writeLong(value.avro.length);
      writePacked(tap, value);
    }
  })();
}
