import type { RecordError } from '../../schemas/errors.ts';
import type { Stretch } from '../../schemas/stretch.ts';

/**
 * Confluent's framing: magic byte 0, schema id in four big-endian bytes, then Avro without any schema
 * (https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format).
 */
export const framedLength = 5;

export interface Frame {
  readonly schemaId: number;
  readonly payload: Uint8Array;
}

/** Whether a value says that it is framed: no text starts with a zero byte. */
export function isFramed(value: Uint8Array): boolean {
  return value[0] === 0;
}

/** The frame of a value, or why it has none. */
export function parseFrame(value: Uint8Array | null): Frame | RecordError {
  if (value === null || value.length === 0)
    return { code: 'record.empty', detail: 'a framed value has 5 bytes' };
  if (!isFramed(value)) return { code: 'record.bad-framing', detail: `the first byte is ${value[0]}, not 0` };
  if (value.length < framedLength) {
    return { code: 'record.bad-framing', detail: `the value has ${value.length} of the 5 bytes of a header` };
  }
  return { schemaId: idAt(value), payload: value.subarray(framedLength) };
}

export function frame(schemaId: number, payload: Uint8Array): Buffer {
  const value = Buffer.allocUnsafe(framedLength + payload.length);
  value[0] = 0;
  value.writeUInt32BE(schemaId, 1);
  value.set(payload, framedLength);
  return value;
}

/** The schema id that a value names; -1 for one without a frame. */
export function schemaIdOf(value: Uint8Array | null): number {
  return value !== null && value.length >= framedLength && isFramed(value) ? idAt(value) : -1;
}

interface Valued {
  readonly value: Uint8Array | null;
  readonly lies?: Stretch | null;
}

/** The schema ids that records name, each once: what must be known before they are decoded. */
export function schemaIdsIn(records: readonly Valued[]): ReadonlySet<number> {
  const ids = new Set<number>();
  let newest = -1;
  for (const record of records) {
    const id = record.lies ? schemaIdAt(record.lies) : schemaIdOf(record.value);
    // Nearly always the same as the one before.
    if (id !== newest && id !== -1) ids.add(id);
    newest = id;
  }
  return ids;
}

function schemaIdAt({ bytes, from, to }: Stretch): number {
  return to - from >= framedLength && bytes[from] === 0 ? idAt(bytes, from) : -1;
}

function idAt(bytes: Uint8Array, from = 0): number {
  // By index: taking an array apart goes through its iterator.
  const high = ((bytes[from + 1] ?? 0) << 24) | ((bytes[from + 2] ?? 0) << 16);
  return (high | ((bytes[from + 3] ?? 0) << 8) | (bytes[from + 4] ?? 0)) >>> 0;
}
