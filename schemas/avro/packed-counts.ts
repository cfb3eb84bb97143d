import avro from 'avsc';
import type { MinuteCount, Segment } from '../reduced.ts';
import { ownType } from './avro-types.ts';
import { type BytesSchema, document, listOf, record, required } from './notation.ts';
import { Packed, packedAs, writePacked } from './packed.ts';
import { minuteCount, segment } from './reduced.ts';
import { readLatin1, type Tap } from './tap.ts';

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
export class PackedCounts extends Packed {
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

/** Counts of a row. */
export const packedCountsSchema: BytesSchema = { type: 'bytes', logicalType: 'tocsin-counts' };

/** The type of packed counts in a row; undefined for any other node. */
export function packedCountsType(node: unknown): avro.Type | undefined {
  const { logicalType } = (node ?? {}) as Partial<BytesSchema>;
  return logicalType === packedCountsSchema.logicalType ? new PackedCountsType() : undefined;
}

/** What is read stays packed. */
class PackedCountsType extends avro.types.BytesType {
  _read(tap: Tap): PackedCounts {
    return new PackedCounts(readLatin1(tap));
  }

  _write(tap: Tap, counts: PackedCounts): void {
    tap.writeLong(counts.avro.length);
    writePacked(tap, counts);
  }
}
