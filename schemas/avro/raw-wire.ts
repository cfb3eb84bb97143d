import type { Status, Tail } from '../alert.ts';
import type { EventTimeMs } from '../brand.ts';
import type { Stretch } from '../stretch.ts';
import { wordLists } from './words.ts';

/** What the bytes of a status stand for; UNKNOWN is nobody's word, and left to the full reader to refuse. */
const statusOf: readonly (Status | undefined)[] = wordLists.status.schema.symbols.map((symbol) => {
  const word = wordLists.status.wordOf.get(symbol);
  return word === 'firing' || word === 'resolved' ? word : undefined;
});

const noBytes = Buffer.alloc(0);

/** Behind the end of whatever is read: nothing is found there, and so nothing behind it. */
const beyond = 2 ** 30;

/**
 * Where the tail begins behind the head of a raw alert that begins at `from`; -1 when the bytes up to `to` are not laid out as we
 * write them. The record has what identifies an alert first and what changes from one observation to the next last, so a repeat is
 * known by the bytes of its head alone: 0.5 µs instead of 5 for a head of six labels.
 */
export function headEnd(bytes: Buffer, from: number, to: number): number {
  let at = from;
  for (let text = 0; text < 3; text += 1) at = textEnd(bytes, at);
  at = varintEnd(bytes, at);
  at = textsEnd(bytes, at, to);
  at = textsEnd(bytes, at, to);
  at = textEnd(bytes, at);
  // Lengths only lead on: who went past the end once ends behind it.
  return at < to ? at : -1;
}

function textEnd(bytes: Buffer, at: number): number {
  // What lies behind the last byte counts as odd, and a negative length is none of ours.
  const first = bytes[at] ?? 1;
  if ((first & 1) !== 0) return beyond;
  return first < 0x80 ? at + 1 + (first >> 1) : longTextEnd(bytes, at);
}

function longTextEnd(bytes: Buffer, at: number): number {
  const end = varintEnd(bytes, at);
  return end + (varint(bytes, at, end) >> 1);
}

function varintEnd(bytes: Buffer, from: number): number {
  let at = from;
  while ((bytes[at] ?? 0) >= 0x80) at += 1;
  return at + 1;
}

/** As on the wire, of up to 28 bits: nothing of ours is as long. */
function varint(bytes: Buffer, from: number, end: number): number {
  if (end > from + 4) return beyond;
  let value = 0;
  for (let at = end - 1; at >= from; at -= 1) value = (value << 7) | ((bytes[at] ?? 0) & 0x7f);
  return value;
}

/** A map as one block; several, or one with its size in front, are rare. */
function textsEnd(bytes: Buffer, from: number, to: number): number {
  let at = from;
  for (;;) {
    const first = bytes[at] ?? 1;
    if ((first & 1) !== 0) return beyond;
    const end = varintEnd(bytes, at);
    if (first === 0) return end;
    // Twice the number of entries stands there, and each is two texts.
    let left = first < 0x80 ? first : varint(bytes, at, end);
    at = end;
    while (left > 0 && at < to) {
      at = textEnd(bytes, at);
      left -= 1;
    }
    if (at >= to) return beyond;
  }
}

/** A tail whose id becomes a text when it is asked for; as a stretch it is its id. Only `RawTail` changes one. */
export class TailInBytes implements Tail, Stretch {
  status: Status = 'firing';
  observedAt: EventTimeMs | null = null;
  startsAt: EventTimeMs | null = null;
  endsAt: EventTimeMs | null = null;
  value: number | null = null;
  readonly bytes: Buffer;
  from = 0;
  readonly to: number;

  constructor(bytes: Buffer, to: number) {
    this.bytes = bytes;
    this.to = to;
  }

  get id(): string {
    return this.bytes.toString('latin1', this.from, this.to);
  }

  get idLies(): Stretch {
    return this;
  }
}

/**
 * Reads what follows the head of a raw alert. Whatever it is not sure of it leaves to the full reader, which says what is wrong:
 * null.
 */
export class RawTail {
  /** None between two calls: the record lies in all that was fetched with it, which is not to be kept. */
  #bytes: Buffer = noBytes;
  #at = 0;
  /** Where the record ends. */
  #to = 0;
  #isSound = true;

  /** The tail that begins at `from` and ends at `to`; null for anything out of the ordinary. */
  read(bytes: Buffer, from: number, to: number): TailInBytes | null {
    this.#bytes = bytes;
    this.#at = from;
    this.#to = to;
    this.#isSound = true;
    const status = statusOf[this.#long()];
    // Filled in, not made of an object of all it has: that is one more for each alert.
    const tail = new TailInBytes(bytes, to);
    tail.observedAt = this.#optionalLong();
    tail.startsAt = this.#optionalLong();
    tail.endsAt = this.#optionalLong();
    tail.value = this.#optionalDouble();
    tail.from = this.#asciiText();
    this.#bytes = noBytes;
    if (!this.#isSound || this.#at !== to || status === undefined) return null;
    tail.status = status;
    return tail;
  }

  /** Zigzag: even numbers stand for the positive half. Negative ones are none of ours. */
  #long(): number {
    const first = this.#bytes[this.#at++] ?? 1;
    // The lowest bit of the first byte is the sign: of a number beyond 31 bits `%` would be the dearest part.
    if ((first & 1) !== 0) this.#isSound = false;
    return first < 0x80 ? first >> 1 : this.#longBehind(first & 0x7f);
  }

  #longBehind(lowest: number): number {
    const bytes = this.#bytes;
    let half = lowest >> 1;
    for (let weight = 0x40; weight <= 0x8_0000_0000_0000; weight *= 0x80) {
      const byte = bytes[this.#at++];
      if (byte === undefined) break;
      half += (byte & 0x7f) * weight;
      if (byte >= 0x80) continue;
      // Beyond 2^53 a number is not itself any more.
      if (half > Number.MAX_SAFE_INTEGER) break;
      return half;
    }
    this.#isSound = false;
    return 0;
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

  /** Goes past a text; returns where its bytes begin. */
  #asciiText(): number {
    const length = this.#long();
    const from = this.#at;
    this.#at += length;
    if (this.#at > this.#to) {
      this.#isSound = false;
      return from;
    }
    const [bytes, to] = [this.#bytes, this.#at];
    for (let at = from; at < to; at += 1) if ((bytes[at] ?? 0x80) >= 0x80) this.#isSound = false;
    return from;
  }
}
