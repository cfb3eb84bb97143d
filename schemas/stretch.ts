/** Bytes that lie among others, read where they lie: a view for each would cost more than to read them. */
export interface Stretch {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
}

export function stretchOf(bytes: Uint8Array): Stretch {
  const { buffer, byteOffset, length } = bytes;
  const whole = Buffer.isBuffer(bytes) ? bytes : Buffer.from(buffer, byteOffset, length);
  return { bytes: whole, from: 0, to: length };
}
