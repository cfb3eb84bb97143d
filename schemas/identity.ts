import createHasher from 'xxhash-wasm';
import type { Fingerprint, IncidentId, OccurrenceId } from './brand.ts';

// The WebAssembly module must be compiled before its first synchronous use; it holds no state.
const hasher = await createHasher();

const secondSeed = 0x9e3779b97f4a7c15n;

/**
 * 128-bit name of a list of parts as 32 hex digits: xxhash64 under two seeds over the length-prefixed parts, so that
 * `['ab', 'c']` and `['a', 'bc']` differ. Not for secrets: xxhash is not a cryptographic hash.
 */
export function hash128(parts: readonly string[]): string {
  const text = canonical(parts);
  return hex(hasher.h64(text)) + hex(hasher.h64(text, secondSeed));
}

/** 64-bit name of a list of parts as 16 hex digits. */
export function hash64(parts: readonly string[]): string {
  return hex(hasher.h64(canonical(parts)));
}

/** Unsigned 32-bit hash of a text, for choosing one of n places. */
export function hash32(text: string): number {
  return hasher.h32(text);
}

export function fingerprintOf(parts: readonly string[]): Fingerprint {
  return hash128(parts) as Fingerprint;
}

export function occurrenceIdOf(fingerprint: Fingerprint, start: number): OccurrenceId {
  return hash128([fingerprint, String(start)]) as OccurrenceId;
}

export function incidentIdOf(tenant: string, opener: OccurrenceId): IncidentId {
  return hash128(['incident', tenant, opener]) as IncidentId;
}

/** Length prefixes make the text injective whatever the parts hold. */
export function canonical(parts: readonly string[]): string {
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  return text;
}

function hex(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}
