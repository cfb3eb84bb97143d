import { FetchedRecord } from './fetched-record.ts';
import { VarReader } from './lean-records.ts';

/** Where the records of a batch lie, and what their offsets and times are added to. */
export interface BatchLayout {
  readonly start: number;
  readonly end: number;
  readonly count: number;
  readonly firstOffset: number;
  readonly firstTimestamp: number;
  /** The time of all of them, where the broker has set it; else null. */
  readonly stamp: number | null;
}

/**
 * The records of one batch, read where they lie when they are asked for. Thousands wait in buffers, for longer than the
 * collector takes an object to be new: as bytes they cost it nothing, and what is read just before it is used is still in the
 * processor's cache.
 */
export class FetchedBatch {
  /** Offset of the last record. */
  readonly lastOffset: number;
  readonly #layout: BatchLayout;
  readonly #bytes: Buffer;
  readonly #reader = new VarReader();
  #left: number;
  #next: FetchedRecord | null = null;

  private constructor(bytes: Buffer, layout: BatchLayout, lastOffset: number) {
    this.#bytes = bytes;
    this.#layout = layout;
    this.#left = layout.count;
    this.lastOffset = lastOffset;
    this.#reader.open(bytes, layout.start);
  }

  /** Null when a record has headers, or is not what it says, or when there is none. */
  static of(bytes: Buffer, layout: BatchLayout): FetchedBatch | null {
    const last = lastOffsetOf(bytes, layout);
    return last === null ? null : new FetchedBatch(bytes, layout, last);
  }

  /** Records that were not taken yet. */
  get length(): number {
    return this.#left;
  }

  /** Bytes of the records that were not looked at yet. */
  get bytes(): number {
    return this.#layout.end - this.#reader.at;
  }

  /** The next record; undefined behind the last one. */
  get first(): FetchedRecord | undefined {
    if (this.#left === 0) return undefined;
    this.#next ??= this.#read();
    return this.#next;
  }

  shift(): void {
    if (this.first === undefined) return;
    this.#next = null;
    this.#left -= 1;
  }

  /** Leaves out what stands before an offset: Kafka answers with whole batches. */
  skipBelow(offset: number): void {
    while ((this.first?.offset ?? offset) < offset) this.shift();
  }

  #read(): FetchedRecord {
    const reader = this.#reader;
    const { firstOffset, firstTimestamp, stamp } = this.#layout;
    reader.number();
    reader.skip(1);
    const timestamp = firstTimestamp + reader.number();
    const offset = firstOffset + reader.number();
    const keyBytes = reader.number();
    const keyFrom = reader.at;
    if (keyBytes > 0) reader.skip(keyBytes);
    const valueBytes = reader.number();
    const valueFrom = reader.at;
    if (valueBytes > 0) reader.skip(valueBytes);
    reader.number();
    return new FetchedRecord({ offset, timestamp: stamp ?? timestamp }, this.#bytes, {
      ...{ keyFrom, keyBytes, valueFrom, valueBytes },
    });
  }
}

/** Walks over the records; null unless all of them are plain. */
function lastOffsetOf(
  bytes: Buffer,
  { start, end, count, firstOffset, firstTimestamp }: BatchLayout,
): number | null {
  const reader = new VarReader();
  reader.open(bytes, start);
  let last: number | null = null;
  for (let i = 0; i < count; i += 1) {
    const length = reader.number();
    const recordEnd = reader.at + length;
    reader.skip(1);
    const timestamp = firstTimestamp + reader.number();
    last = firstOffset + reader.number();
    for (let part = 0; part < 2; part += 1) reader.skip(Math.max(0, reader.number()));
    const isPlain = reader.number() === 0 && reader.at === recordEnd && recordEnd <= end;
    if (!isPlain || !Number.isSafeInteger(timestamp) || !Number.isSafeInteger(last)) return null;
  }
  return last;
}
