import type { MinuteCount, Segment } from '../reduced.ts';
import { ownType } from './avro-types.ts';
import { type BytesSchema, document, listOf, record, required } from './notation.ts';
import { PackedText, packedAs } from './packed.ts';
import { minuteCount, segment } from './reduced.ts';

/** What was seen of a run, by time and by minute. */
export interface Counts {
  readonly segments: readonly Segment[];
  readonly minutes: readonly MinuteCount[];
}

const countsType = ownType(
  document(
    record<Counts>('Counts', 'What was seen of a run.', {
      segments: required(listOf(segment), 'In pieces, ascending and disjoint.'),
      minutes: required(listOf(minuteCount), 'By minute.'),
    }),
  ),
);

/** Counts as they are written: of a run of ten observations some fifty objects, which are written often and read once or never. */
export class PackedCounts extends PackedText {
  unpack(): Counts {
    return countsType.fromBuffer(Buffer.from(this.avro, 'latin1'));
  }

  toJSON(): Counts {
    return this.unpack();
  }
}

export function packCounts(counts: Counts): PackedCounts {
  return new PackedCounts(packedAs(countsType, counts));
}

/** Those that lie in bytes of a row. */
export function countsIn(bytes: Buffer, from: number, to: number): PackedCounts {
  return new PackedCounts(bytes.toString('latin1', from, to));
}

/** Counts of a row. */
export const packedCountsSchema: BytesSchema = { type: 'bytes', logicalType: 'tocsin-counts' };
