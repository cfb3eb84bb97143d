import { createRequire } from 'node:module';
import type { Encoded } from './lean-records.ts';

const load = createRequire(import.meta.url);

/** For what kafkajs puts before a request's body: its length, three numbers, the name of the client. */
const room = 256;

/**
 * The body of a request with room in front, in one piece of memory: kafkajs copies it into an encoder for each thing it puts there,
 * two buffers of the next power of two for each request.
 */
export class RoomyBody implements Encoded {
  readonly #all: Buffer;
  #start = room;

  constructor(size: number) {
    this.#all = Buffer.allocUnsafe(room + size);
  }

  get buf(): Buffer {
    return this.#all.subarray(this.#start);
  }

  get buffer(): Buffer {
    return this.buf;
  }

  get length(): number {
    return this.#all.length - this.#start;
  }

  /** Puts bytes before those that are there; false when there is no room for them. */
  prepend(front: Uint8Array): boolean {
    if (front.length > this.#start) return false;
    this.#start -= front.length;
    this.#all.set(front, this.#start);
    return true;
  }
}

interface Encoder {
  buf: Buffer;
  offset: number;
}

type WriteEncoder = (this: Encoder, value: Encoded) => Encoder;

/** What an encoder holds nothing besides. */
const within = new WeakMap<object, RoomyBody>();

/** Has kafkajs' encoders put what they hold in front of such a body, instead of copying it behind. */
export function makeRoomInEncoders(): void {
  const { prototype }: { prototype: { writeEncoder: WriteEncoder } } = load('kafkajs/src/protocol/encoder');
  const { writeEncoder } = prototype;
  function writeInFront(this: Encoder, value: Encoded): Encoder {
    const body = value instanceof RoomyBody ? value : heldBy(value);
    if (body === undefined || !body.prepend(this.buf.subarray(0, this.offset)))
      return writeEncoder.call(this, value);
    this.buf = body.buf;
    this.offset = this.buf.length;
    within.set(this, body);
    return this;
  }
  Object.defineProperty(prototype, 'writeEncoder', { configurable: true, value: writeInFront });
}

/** Undefined when something was written behind the body since. */
function heldBy(encoder: Encoded): RoomyBody | undefined {
  const body = within.get(encoder);
  return body !== undefined && encoder.buffer.length === body.length ? body : undefined;
}
