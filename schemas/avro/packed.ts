import avro, { type Type } from 'avsc';
import type { BytesSchema } from './notation.ts';
import { readSpan, type Tap } from './tap.ts';

/** A value as the bytes that it is written as. */
export abstract class Packed {
  abstract readonly byteLength: number;

  /** As avsc's types write: what does not fit is counted only, and the whole is written again. */
  abstract writeTo(tap: Tap): void;
}

/** One character for each byte: V8 keeps such a text as it lies, without an object beside it or memory elsewhere. */
export class PackedText extends Packed {
  // Declared only: a field that is defined first and set then goes through the runtime, once for each object.
  declare avro: string;

  constructor(avro: string) {
    super();
    this.avro = avro;
  }

  get byteLength(): number {
    return this.avro.length;
  }

  writeTo(tap: Tap): void {
    writeLatin1(tap, this.avro);
  }
}

export function writeLatin1(tap: Tap, text: string): void {
  const start = tap.pos;
  tap.pos = start + text.length;
  if (tap.pos <= tap.buf.length) tap.buf.write(text, start, 'latin1');
}

let scratch = Buffer.allocUnsafeSlow(4_096);

/** The bytes of a value, one character for each. */
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
  read: (bytes: Buffer, from: number, to: number) => Packed,
): avro.Type | undefined {
  const { logicalType } = (node ?? {}) as Partial<BytesSchema>;
  if (logicalType !== schema.logicalType) return undefined;
  return new (class extends avro.types.BytesType {
    _read(tap: Tap): Packed {
      const { start, end } = readSpan(tap);
      return read(tap.buf, start, end);
    }

    _write(tap: Tap, value: Packed): void {
      tap.writeLong(value.byteLength);
      value.writeTo(tap);
    }
  })();
}
