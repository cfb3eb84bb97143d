import type { Tail } from '../../schemas/alert.ts';
import { RawWire } from '../../schemas/avro/index.ts';
import type { KnownHead, RawRecord } from '../events.ts';
import { longestKey } from './byte-map.ts';
import type { KnownBytes } from './known-bytes.ts';
import type { Limits } from './limits.ts';
import { implausibility } from './parse-time.ts';

/** An alert whose head was seen before. */
export interface Repeat {
  readonly head: KnownHead;
  readonly tail: Tail;
}

/** Whether a registered schema lays records out exactly as ours does. */
export type IsOwnLayout = (schemaId: number) => boolean;

/** Magic byte and schema id in front of the Avro. */
const framingBytes = 5;

/**
 * Recognises Avro records by the bytes of their heads, schema id included. The bytes are the key, not a hash of them: a hash
 * alone is no identity. Whatever is unusual in a record is left to the full reader.
 */
export class Repeats {
  readonly #limits: Limits;
  readonly #isOwnLayout: IsOwnLayout;
  readonly #wire = new RawWire();
  readonly #heads: KnownBytes<KnownHead>;

  constructor(limits: Limits, isOwnLayout: IsOwnLayout, heads: KnownBytes<KnownHead>) {
    this.#limits = limits;
    this.#isOwnLayout = isOwnLayout;
    this.#heads = heads;
  }

  /** The alert in a record whose head is known; null for all others. */
  find({ value, headers, at }: RawRecord): Repeat | null {
    const bytes = bytesOf(value);
    if (bytes === null || headers['ce_specversion'] !== undefined) return null;
    const end = this.#wire.headEnd(bytes, framingBytes);
    const head = end < 0 ? undefined : this.#heads.get(bytes, 1, end);
    if (head === undefined || bytes.length > this.#limits.maxBytes) return null;
    const tail = this.#wire.tail(bytes, end);
    return tail !== null && this.#isOrdinary(tail, at) ? { head, tail } : null;
  }

  /** Whether the head of a record can be remembered, and is not yet: one with an odd tail is found, and read in full all the same. */
  takes({ value, headers }: RawRecord): boolean {
    const bytes = bytesOf(value);
    if (bytes === null || headers['ce_specversion'] !== undefined) return false;
    if (!this.#isOwnLayout(bytes.readUInt32BE(1))) return false;
    const end = this.#wire.headEnd(bytes, framingBytes);
    return end >= 0 && end - 1 <= longestKey && this.#heads.get(bytes, 1, end) === undefined;
  }

  /** Remembers the head that the full reader found in a record that this takes. */
  note({ value }: RawRecord, head: KnownHead): void {
    const bytes = bytesOf(value);
    if (bytes !== null) this.#heads.add(bytes, 1, this.#wire.headEnd(bytes, framingBytes), head);
  }

  #isOrdinary({ observedAt, startsAt, endsAt, id }: Tail, at: number): boolean {
    return (
      (observedAt === null || implausibility(observedAt, at, false) === null) &&
      (startsAt === null || implausibility(startsAt, at, false) === null) &&
      (endsAt === null || implausibility(endsAt, at, true) === null) &&
      id.length <= this.#limits.maxFieldBytes
    );
  }
}

/** The value of a record that may hold framed Avro. */
function bytesOf(value: Uint8Array | null): Buffer | null {
  if (value === null || value.length <= framingBytes || value[0] !== 0) return null;
  return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
