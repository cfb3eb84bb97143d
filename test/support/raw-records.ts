import type { DeadLetter, Observation, RawRecord, ReduceEvent } from '../../operators/events.ts';
import { makeNormalize, type RawAvro } from '../../operators/normalize/index.ts';
import { PackedHead } from '../../schemas/avro/index.ts';
import { drive } from './operator-host.ts';

/** Timestamp of the records under test: 2024-06-01T12:00:00Z. */
export const recordAt = Date.UTC(2024, 5, 1, 12);

export function bytesOf(value: string | Uint8Array | object | null): Uint8Array | null {
  if (value === null || value instanceof Uint8Array) return value;
  return new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
}

/** A record whose value is given as bytes, as text, or as what is to be printed as JSON. */
export function rawRecord(
  value: string | Uint8Array | object | null,
  overrides: Partial<RawRecord> = {},
): RawRecord {
  return {
    kind: 'record',
    shard: 3,
    offset: 7,
    at: recordAt,
    value: bytesOf(value),
    headers: {},
    ...overrides,
  };
}

export interface Normalized {
  readonly events: readonly ReduceEvent[];
  readonly observations: readonly Observation[];
  readonly deadLetters: readonly DeadLetter[];
}

/** Sends records through normalize as a shard would. */
export function normalizeAll(
  records: readonly RawRecord[],
  { config = {}, ...avro }: { readonly config?: unknown } & RawAvro = {},
): Normalized {
  const driven = drive(makeNormalize(avro), config);
  for (const record of records) driven.send(record);
  return {
    events: driven.events,
    observations: driven.events.filter((event) => event.kind === 'observation'),
    deadLetters: driven.events.filter((event) => event.kind === 'dead-letter'),
  };
}

export function normalizeOne(
  value: string | Uint8Array | object | null,
  config: unknown = {},
  overrides: Partial<RawRecord> = {},
): Normalized {
  return normalizeAll([rawRecord(value, overrides)], { config });
}

/** The only alert of a value, as head and tail in one; fails when there is another number of them. */
export function onlyAlert(
  value: string | Uint8Array | object | null,
  config: unknown = {},
  overrides: Partial<RawRecord> = {},
): Observation['head'] & Observation['tail'] {
  const { events, observations } = normalizeOne(value, config, overrides);
  const [observation] = observations;
  if (events.length !== 1 || observation === undefined) {
    throw new Error(
      `expected one alert, got ${JSON.stringify(events.map((event) => (event.kind === 'dead-letter' ? event.error : event.kind)))}`,
    );
  }
  return alertIn(observation);
}

/** Head and tail in one. */
export function alertIn({
  head,
  tail,
}: Pick<Observation, 'head' | 'tail'>): Observation['head'] & Observation['tail'] {
  const text = head instanceof PackedHead ? head.unpack() : head;
  return { ...text, ending: head.ending, ...tail };
}

/** The only dead letter of a value, as `code: detail`; fails when there is another number of events. */
export function onlyError(
  value: string | Uint8Array | object | null,
  config: unknown = {},
  overrides: Partial<RawRecord> = {},
): string {
  const { events, deadLetters } = normalizeOne(value, config, overrides);
  const [letter] = deadLetters;
  if (events.length !== 1 || letter === undefined) {
    throw new Error(`expected one dead letter, got ${JSON.stringify(events.map(({ kind }) => kind))}`);
  }
  return `${letter.error.code}: ${letter.error.detail}`;
}
