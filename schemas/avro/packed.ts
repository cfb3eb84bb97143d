import type { Tap } from './tap.ts';

/**
 * A value as the bytes that it is written as, one character for each: V8 keeps such a text as it lies, without an object
 * beside it or memory elsewhere.
 */
export class Packed {
  readonly avro: string;

  constructor(avro: string) {
    this.avro = avro;
  }
}

/** As avsc's types write: what does not fit is counted only, and the whole is written again. */
export function writePacked(tap: Tap, { avro }: Packed): void {
  const start = tap.pos;
  tap.pos = start + avro.length;
  if (tap.pos <= tap.buf.length) tap.buf.write(avro, start, 'latin1');
}
