import type { Stretch } from '../../schemas/stretch.ts';

/** Numbers of a slot: hash, place in the chunks, length, and 1 more than the place in the values (0: the slot is free). */
const slotNumbers = 4;
const firstSlots = 1_024;

const chunkBits = 20;
const chunkBytes = 1 << chunkBits;

/** Longer keys are not taken. */
export const longestKey = 16_384;

/** Who looks for longer than this in a table that is half empty has met keys that were made to collide: more are not taken. */
const mostProbes = 32;

/**
 * A map whose keys are stretches of bytes, compared byte by byte. As texts they would have to be made, hashed and thrown away for
 * each look-up, and as objects of the heap each would cost the collector a visit. Entries are only added.
 */
export class ByteMap<V> {
  #slots = new Int32Array(slotNumbers * firstSlots);
  readonly #values: V[] = [];
  readonly #chunks: DataView[] = [];
  /** The same as bytes. */
  readonly #buffers: Buffer[] = [];
  #chunkEnd = 0;

  get size(): number {
    return this.#values.length;
  }

  get values(): readonly V[] {
    return this.#values;
  }

  /** What the keys lie in. */
  get chunks(): readonly Buffer[] {
    return this.#buffers;
  }

  /** `hash` is `hashOf` the same bytes. */
  get(bytes: DataView, from: number, to: number, hash: number): V | undefined {
    const slots = this.#slots;
    const length = to - from;
    for (let probe = 0, slot = this.#firstSlot(hash); probe < mostProbes; probe += 1) {
      const value = slots[slot + 3] ?? 0;
      if (value === 0) return undefined;
      if (
        slots[slot] === hash &&
        slots[slot + 2] === length &&
        this.#holds(slots[slot + 1] ?? 0, bytes, from, to)
      )
        return this.#values[value - 1];
      slot = (slot + slotNumbers) & (slots.length - 1);
    }
    return undefined;
  }

  /** Adds what is not there yet. Where its key lies from now on; null when it is not taken. */
  add(
    bytes: DataView,
    from: number,
    to: number,
    entry: { readonly hash: number; readonly value: V },
  ): Stretch | null {
    if (to - from > longestKey) return null;
    if (2 * this.size >= this.#slots.length / slotNumbers) this.#grow();
    const slot = this.#freeSlot(entry.hash);
    if (slot < 0) return null;
    const place = this.#keep(bytes, from, to);
    this.#values.push(entry.value);
    this.#slots.set([entry.hash, place, to - from, this.#values.length], slot);
    return this.#stretch(place, to - from);
  }

  #stretch(place: number, length: number): Stretch | null {
    const bytes = this.#buffers[place >>> chunkBits];
    const from = place & (chunkBytes - 1);
    return bytes === undefined ? null : { bytes, from, to: from + length };
  }

  #firstSlot(hash: number): number {
    return (hash * slotNumbers) & (this.#slots.length - 1);
  }

  /** -1 when there are too many of the like. */
  #freeSlot(hash: number): number {
    const slots = this.#slots;
    for (let probe = 0, slot = this.#firstSlot(hash); probe < mostProbes; probe += 1) {
      if (slots[slot + 3] === 0) return slot;
      slot = (slot + slotNumbers) & (slots.length - 1);
    }
    return -1;
  }

  #holds(place: number, bytes: DataView, from: number, to: number): boolean {
    const chunk = this.#chunks[place >>> chunkBits];
    return chunk !== undefined && areEqual(chunk, place & (chunkBytes - 1), bytes, from, to);
  }

  /** Copies a key behind those that are there. */
  #keep(bytes: DataView, from: number, to: number): number {
    if (this.#chunks.length === 0 || this.#chunkEnd + to - from > chunkBytes) {
      const added = new ArrayBuffer(chunkBytes);
      this.#chunks.push(new DataView(added));
      this.#buffers.push(Buffer.from(added));
      this.#chunkEnd = 0;
    }
    const chunk = this.#chunks.length - 1;
    const at = this.#chunkEnd;
    this.#buffers[chunk]?.set(new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from), at);
    this.#chunkEnd = at + to - from;
    return (chunk << chunkBits) | at;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length);
    for (let slot = 0; slot < old.length; slot += slotNumbers) {
      if (old[slot + 3] === 0) continue;
      const to = this.#freeSlot(old[slot] ?? 0);
      if (to >= 0) this.#slots.set(old.subarray(slot, slot + slotNumbers), to);
    }
  }
}

/** Four lanes, of which none waits for another; mixed as MurmurHash3 and xxHash mix. */
export function hashOf(bytes: DataView, from: number, to: number): number {
  let a = 0x9747_b28c;
  let b = 0x3243_f6a8;
  let c = 0x1b87_3593;
  let d = 0x2545_f491;
  let at = from;
  for (; at + 16 <= to; at += 16) {
    a = Math.imul(a ^ bytes.getInt32(at, true), 0x85eb_ca6b);
    a ^= a >>> 13;
    b = Math.imul(b ^ bytes.getInt32(at + 4, true), 0xc2b2_ae35);
    b ^= b >>> 16;
    c = Math.imul(c ^ bytes.getInt32(at + 8, true), 0x27d4_eb2f);
    c ^= c >>> 15;
    d = Math.imul(d ^ bytes.getInt32(at + 12, true), 0x1656_67b1);
    d ^= d >>> 14;
  }
  for (; at < to; at += 1) {
    a = Math.imul(a ^ bytes.getUint8(at), 0x85eb_ca6b);
    a ^= a >>> 13;
  }
  const both = Math.imul(a ^ (to - from), 0x9e37_79b1) ^ b ^ Math.imul(c, 0x7feb_352d) ^ d;
  return Math.imul(both ^ (both >>> 16), 0x85eb_ca6b) | 0;
}

/**
 * Eight bytes at once, as doubles: two that are equal have the same bits, unless they are nought, which has two forms. What is not
 * equal may be the same bits that are no number. Both are seldom among texts, and looked at byte by byte.
 */
function areEqual(a: DataView, start: number, b: DataView, from: number, to: number): boolean {
  const shift = start - from;
  let at = from;
  for (; at + 16 <= to; at += 16) {
    const first = b.getFloat64(at, true);
    const second = b.getFloat64(at + 8, true);
    const isSame =
      a.getFloat64(at + shift, true) === first &&
      a.getFloat64(at + shift + 8, true) === second &&
      first !== 0 &&
      second !== 0;
    if (!isSame && !areEqualBytes(a, at + shift, b, at, at + 16)) return false;
  }
  return areEqualBytes(a, at + shift, b, at, to);
}

function areEqualBytes(a: DataView, start: number, b: DataView, from: number, to: number): boolean {
  const shift = start - from;
  for (let at = from; at < to; at += 1) if (a.getUint8(at + shift) !== b.getUint8(at)) return false;
  return true;
}
