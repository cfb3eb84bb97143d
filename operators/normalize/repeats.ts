import { headEnd, PackedHead, RawTail, type TailInBytes } from '../../schemas/avro/index.ts';
import { type Stretch, stretchOf } from '../../schemas/stretch.ts';
import type { KnownHead, RawRecord } from '../events.ts';
import { longestKey } from './byte-map.ts';
import type { CacheLimits } from './generations.ts';
import { KnownBytes } from './known-bytes.ts';
import type { Limits } from './limits.ts';
import { isPlausible } from './parse-time.ts';

/** An alert whose head was seen before. */
export interface Repeat {
  readonly head: KnownHead;
  readonly tail: TailInBytes;
}

/** Whether a registered schema lays records out exactly as ours does. */
export type IsOwnLayout = (schemaId: number) => boolean;

/** Magic byte and schema id in front of the Avro. */
const framingBytes = 5;
const schemaIdBytes = 4;

/**
 * Recognises Avro records by the bytes of their heads, schema id included. The bytes are the key, not a hash of them: a hash
 * alone is no identity. Whatever is unusual in a record is left to the full reader.
 */
export class Repeats {
  readonly #limits: Limits;
  readonly #isOwnLayout: IsOwnLayout;
  readonly #tail = new RawTail();
  readonly #heads: KnownBytes<KnownHead>;

  constructor(limits: Limits, isOwnLayout: IsOwnLayout, heads: KnownBytes<KnownHead>) {
    this.#limits = limits;
    this.#isOwnLayout = isOwnLayout;
    this.#heads = heads;
  }

  /** The alert in a record whose head is known; null for all others. */
  find(record: RawRecord): Repeat | null {
    const { headers, at } = record;
    const framed = framedIn(record);
    if (framed === null || headers['ce_specversion'] !== undefined) return null;
    const { bytes, from, to } = framed;
    const end = headEnd(bytes, from + framingBytes, to);
    const head = end < 0 ? undefined : this.#heads.get(bytes, from + 1, end);
    if (head === undefined || to - from > this.#limits.maxBytes) return null;
    const tail = this.#tail.read(bytes, end, to);
    return tail !== null && this.#isOrdinary(tail, at) ? { head, tail } : null;
  }

  /** Whether the head of a record can be remembered, and is not yet: one with an odd tail is found, and read in full all the same. */
  takes(record: RawRecord): boolean {
    const framed = framedIn(record);
    if (framed === null || record.headers['ce_specversion'] !== undefined) return false;
    const { bytes, from, to } = framed;
    if (!this.#isOwnLayout(bytes.readUInt32BE(from + 1))) return false;
    const end = headEnd(bytes, from + framingBytes, to);
    const isKey = end >= 0 && end - from - 1 <= longestKey;
    return isKey && this.#heads.get(bytes, from + 1, end) === undefined;
  }

  /** Remembers the head that the full reader found in a record that this takes. */
  note(record: RawRecord, head: KnownHead): void {
    const framed = framedIn(record);
    if (framed === null) return;
    const { bytes, from, to } = framed;
    this.#heads.add(bytes, from + 1, headEnd(bytes, from + framingBytes, to), head);
  }

  #isOrdinary({ observedAt, startsAt, endsAt, idLies }: TailInBytes, at: number): boolean {
    return (
      (observedAt === null || isPlausible(observedAt, at, false)) &&
      (startsAt === null || isPlausible(startsAt, at, false)) &&
      (endsAt === null || isPlausible(endsAt, at, true)) &&
      idLies.to - idLies.from <= this.#limits.maxFieldBytes
    );
  }
}

/** Heads that this knows by the schema id and the bytes of a record, as far as limits allow; most lie in them from then on. */
export function knownHeads(limits: CacheLimits): KnownBytes<KnownHead> {
  return new KnownBytes(limits, {
    onKept: (head, { bytes, from, to }) => {
      if (head instanceof PackedHead) head.lieIn(bytes, from + schemaIdBytes, to);
    },
    onForgotten: (heads, chunks) => {
      const left = new Set(chunks);
      // That of a live run is kept by it, and would keep all that lies beside it.
      for (const head of heads)
        if (head instanceof PackedHead && (head.run ?? null) !== null) head.leave(left);
    },
  });
}

/** The value of a record that may hold framed Avro, where it lies. */
function framedIn(record: RawRecord): Stretch | null {
  const stretch = record.lies ?? stretchIn(record.value);
  if (stretch === null) return null;
  const { bytes, from, to } = stretch;
  return to - from > framingBytes && bytes[from] === 0 ? stretch : null;
}

function stretchIn(value: Uint8Array | null): Stretch | null {
  return value === null ? null : stretchOf(value);
}
