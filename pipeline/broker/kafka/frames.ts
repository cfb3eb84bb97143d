import { createRequire } from 'node:module';
import { kafkajsVersion, knownVersion } from './request-queue.ts';

const load = createRequire(import.meta.url);

/** In front of each answer of a broker stands how long it is. */
const sizeBytes = 4;

/** So much room is made at once for what says that it is longer: whoever is no broker says anything. */
const mostAtOnce = 16 * 1_048_576;

/**
 * Cuts a connection's bytes into the answers of a broker, each in a buffer of its own, which is as long as it is. What is read may
 * lie in memory that is used again: it is copied once. kafkajs would keep the pieces, a new buffer for each, and join them.
 */
export class Frames {
  readonly #onFrame: (frame: Buffer) => void;
  readonly #size = Buffer.alloc(sizeBytes);
  #frame: Buffer = this.#size;
  /** Bytes of the frame that are there. */
  #filled = 0;
  /** Bytes that the frame has when it is whole; null while its size is being read. */
  #length: number | null = null;

  constructor(onFrame: (frame: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** Takes what was read next. */
  take(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const taken = Math.min(bytes.length - at, (this.#length ?? sizeBytes) - this.#filled);
      this.#add(bytes.subarray(at, at + taken));
      at += taken;
      if (this.#length === null) this.#begin();
      else if (this.#filled === this.#length) this.#end();
    }
  }

  #add(bytes: Uint8Array): void {
    const needed = this.#filled + bytes.length;
    if (needed > this.#frame.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#length ?? needed, 2 * needed));
      this.#frame.copy(larger, 0, 0, this.#filled);
      this.#frame = larger;
    }
    this.#frame.set(bytes, this.#filled);
    this.#filled = needed;
  }

  #begin(): void {
    if (this.#filled < sizeBytes) return;
    this.#length = sizeBytes + Math.max(0, this.#size.readInt32BE(0));
    this.#frame = Buffer.allocUnsafe(Math.min(this.#length, mostAtOnce));
    this.#size.copy(this.#frame);
    if (this.#length === sizeBytes) this.#end();
  }

  #end(): void {
    const frame = this.#frame;
    this.#frame = this.#size;
    this.#filled = 0;
    this.#length = null;
    this.#onFrame(frame);
  }
}

interface Connection {
  chunks: readonly Uint8Array[];
  processData(bytes: Uint8Array): void;
}

const takeWhole = 'processWhole';

/**
 * Has kafkajs 2.2.4 take a whole answer as it is. What was left of the one before, which is nothing, counts as a piece, with which
 * the next one is joined, a copy of all of it. Does nothing to other versions, nor a second time.
 */
export function takeAnswersWhole(): void {
  if (kafkajsVersion() !== knownVersion) return;
  const { prototype }: { prototype: Connection } = load('kafkajs/src/network/connection');
  const { processData } = prototype;
  if (processData.name === takeWhole) return;
  Object.defineProperty(prototype, 'processData', {
    configurable: true,
    value: {
      [takeWhole](this: Connection, bytes: Uint8Array): void {
        if (this.chunks.every(({ length }) => length === 0)) this.chunks = [];
        processData.call(this, bytes);
      },
    }[takeWhole],
  });
}
