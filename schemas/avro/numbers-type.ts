import avro from 'avsc';
import type { BytesSchema } from './notation.ts';
import { readSpan, type Tap } from './tap.ts';

const numberBytes = 8;

/** Numbers in a row, for rows that only we write and read. */
export const numbersSchema: BytesSchema = { type: 'bytes', logicalType: 'tocsin-numbers' };

/** The type of a list of numbers in a row; undefined for any other node. */
export function numbersType(node: unknown): avro.Type | undefined {
  const { logicalType } = (node ?? {}) as Partial<BytesSchema>;
  return logicalType === numbersSchema.logicalType ? new NumbersType() : undefined;
}

/** What it reads holds numbers from the start on: a list that avsc has made holds an object for each. */
class NumbersType extends avro.types.BytesType {
  _read(tap: Tap): number[] {
    const { buf } = tap;
    const numbers: number[] = [];
    const { start, end } = readSpan(tap);
    for (let at = start; at + numberBytes <= end; at += numberBytes) numbers.push(buf.readDoubleLE(at));
    return numbers;
  }

  _write(tap: Tap, numbers: readonly number[]): void {
    tap.writeLong(numbers.length * numberBytes);
    let at = tap.pos;
    tap.pos = at + numbers.length * numberBytes;
    // What does not fit is counted only, and the whole is written again.
    if (tap.pos > tap.buf.length) return;
    // By their places: an iterator would make an object of each.
    for (let i = 0; i < numbers.length; i += 1) at = tap.buf.writeDoubleLE(numbers[i] as number, at);
  }
}
