import type { Status, Tail } from '../alert.ts';
import { wordLists } from './words.ts';

/** What the bytes of a status stand for; UNKNOWN is nobody's word, and left to the full reader to refuse. */
const statusOf: readonly (Status | undefined)[] = wordLists.status.schema.symbols.map((symbol) => {
  const word = wordLists.status.wordOf.get(symbol);
  return word === 'firing' || word === 'resolved' ? word : undefined;
});

const noBytes = Buffer.alloc(0);

/**
 * Reads raw alerts off the wire without decoding their heads. The record has what identifies an alert first and what changes
 * from one observation to the next last, so a repeat is known by the bytes of its head alone: 0.5 µs instead of 5 for a head
 * of six labels. Whatever it is not sure of it leaves to the full reader, which says what is wrong: -1, or null.
 */
export class RawWire {
  /** None between two calls: the record lies in all that was fetched with it, which is not to be kept. */
  #bytes: Buffer = noBytes;
  #at = 0;
  /** Where the record ends. */
  #to = 0;
  #isSound = true;

  /** Where the tail begins behind a head that begins at `from`; -1 when the bytes up to `to` are not laid out as we write them. */
  headEnd(bytes: Buffer, from: number, to: number): number {
    this.#begin(bytes, from, to);
    for (let text = 0; text < 3; text += 1) this.#skipText();
    this.#varint();
    this.#skipTexts();
    this.#skipTexts();
    this.#skipText();
    this.#bytes = noBytes;
    return this.#isSound && this.#at < to ? this.#at : -1;
  }

  /** The tail that begins at `from` and ends at `to`; null for anything out of the ordinary. */
  tail(bytes: Buffer, from: number, to: number): Tail | null {
    this.#begin(bytes, from, to);
    const status = statusOf[this.#long()];
    const observedAt = this.#optionalLong();
    const startsAt = this.#optionalLong();
    const endsAt = this.#optionalLong();
    const value = this.#optionalDouble();
    const id = this.#asciiText();
    this.#bytes = noBytes;
    if (!this.#isSound || this.#at !== to || status === undefined) return null;
    return { status, observedAt, startsAt, endsAt, value, id };
  }

  #begin(bytes: Buffer, from: number, to: number): void {
    this.#bytes = bytes;
    this.#at = from;
    this.#to = to;
    this.#isSound = true;
  }

  /** A count or length as it stands on the wire: twice the number, since ours are never negative. */
  #varint(): number {
    const bytes = this.#bytes;
    const first = bytes[this.#at++] ?? 0x80;
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let weight = 0x80; weight <= 0x10_0000_0000_0000; weight *= 0x80) {
      const byte = bytes[this.#at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * weight;
      if (byte < 0x80) {
        // Beyond 2^53 a number is not itself any more.
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
    }
    this.#isSound = false;
    return 0;
  }

  /** Zigzag: even numbers stand for the positive half. Negative ones are none of ours. */
  #long(): number {
    // The lowest bit of the first byte is the sign; of a number beyond 31 bits `%` would be the dearest part.
    if (((this.#bytes[this.#at] ?? 1) & 1) !== 0) this.#isSound = false;
    return this.#varint() / 2;
  }

  #skipText(): void {
    const length = this.#long();
    this.#at += length;
    if (this.#at > this.#to) this.#isSound = false;
  }

  /** A map as one block; several, or one with its size in front, are rare. */
  #skipTexts(): void {
    for (let entries = this.#long(); entries > 0 && this.#isSound; entries = this.#long()) {
      for (let left = 2 * entries; left > 0 && this.#isSound; left -= 1) this.#skipText();
    }
  }

  #isPresent(): boolean {
    const branch = this.#long();
    if (branch > 1) this.#isSound = false;
    return branch === 1;
  }

  #optionalLong(): number | null {
    return this.#isPresent() ? this.#long() : null;
  }

  #optionalDouble(): number | null {
    if (!this.#isPresent()) return null;
    const at = this.#at;
    this.#at += 8;
    if (this.#at > this.#to) {
      this.#isSound = false;
      return null;
    }
    const value = this.#bytes.readDoubleLE(at);
    if (!Number.isFinite(value)) this.#isSound = false;
    return value;
  }

  #asciiText(): string {
    const length = this.#long();
    if (length === 0) return '';
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.#to) {
      this.#isSound = false;
      return '';
    }
    for (let at = from; at < this.#at; at += 1) if ((this.#bytes[at] ?? 0x80) >= 0x80) this.#isSound = false;
    return this.#bytes.toString('latin1', from, this.#at);
  }
}
