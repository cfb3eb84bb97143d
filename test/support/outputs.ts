import type { LogRecord } from '../../pipeline/broker/index.ts';
import { framedLength } from '../../pipeline/registry/index.ts';
import type { Aggregate } from '../../schemas/aggregate.ts';
import type { EnrichedAlert } from '../../schemas/alert.ts';
import { codecs } from '../../schemas/avro/index.ts';
import type { Decision } from '../../schemas/decision.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { Origin } from '../../schemas/place.ts';
import type { World } from './virtual-world.ts';

export const outputTopics = ['enriched', 'suppressed', 'incidents', 'aggregates', 'decisions'] as const;
export type OutputTopic = (typeof outputTopics)[number];

type Partitions = readonly (readonly LogRecord[])[];
export type Outputs = Readonly<Record<OutputTopic, Partitions>>;

export async function readOutputs(world: World): Promise<Outputs> {
  const found = await Promise.all(
    outputTopics.map(async (topic) => [topic, firstAppearances(topic, await world.read(topic))]),
  );
  return Object.fromEntries(found) as Outputs;
}

/** As a consumer sees them that keeps the highest position per partition and drops what is not above it. */
function firstAppearances(topic: OutputTopic, partitions: Partitions): Partitions {
  return partitions.map((records) => {
    let mark: Origin = { shard: -1, offset: -1, n: -1 };
    return records.filter((record) => {
      const { origin } = decode(topic, record);
      const isNew = origin.offset > mark.offset || (origin.offset === mark.offset && origin.n > mark.n);
      if (isNew) mark = origin;
      return isNew;
    });
  });
}

/** Keys and values in order, byte for byte, by topic and partition. */
export function bytesOf(outputs: Outputs): Bytes {
  return Object.fromEntries(
    outputTopics.flatMap((topic) =>
      outputs[topic].map((records, partition) => [`${topic}/${partition}`, records.map(bytesOfRecord)]),
    ),
  );
}

export type Bytes = Readonly<Record<string, readonly string[]>>;

/** The first difference of each partition, as a sentence; none when the bytes are identical. */
export function differences(found: Bytes, expected: Bytes): string[] {
  return [...new Set([...Object.keys(found), ...Object.keys(expected)])].flatMap((place) => {
    const [a, b] = [found[place] ?? [], expected[place] ?? []];
    const first = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).find(
      (i) => a[i] !== b[i],
    );
    return first === undefined ? [] : [`${place} differs at ${first}: ${a[first]} instead of ${b[first]}`];
  });
}

export function bytesOfRecord({ key, value }: LogRecord): string {
  return `${hex(key)}=${hex(value)}`;
}

const hex = (bytes: Uint8Array | null) => (bytes === null ? 'null' : Buffer.from(bytes).toString('hex'));

interface Values {
  readonly enriched: EnrichedAlert;
  readonly suppressed: EnrichedAlert;
  readonly incidents: Incident;
  readonly aggregates: Aggregate;
  readonly decisions: Decision;
}

export function decode<T extends OutputTopic>(topic: T, { value }: LogRecord): Values[T] {
  return codecs[topic].decode(value ?? new Uint8Array(), framedLength) as Values[T];
}

export function valuesOf<T extends OutputTopic>(outputs: Outputs, topic: T): Values[T][] {
  return outputs[topic].flat().map((record) => decode(topic, record));
}

/** What is true in the end: independent of the order of outputs, of their origin, and of what was told on the way. */
export interface Finals {
  readonly occurrences: readonly FinalOccurrence[];
  readonly incidents: readonly unknown[];
  readonly aggregates: readonly unknown[];
  readonly alerts: Readonly<Record<string, number>>;
}

export function finalsOf(outputs: Outputs): Finals {
  return {
    occurrences: finalOccurrences(outputs),
    incidents: finalIncidents(outputs),
    aggregates: finalAggregates(outputs),
    alerts: outcomeTotals(outputs),
  };
}

export type FinalOccurrence = Pick<
  EnrichedAlert,
  | 'fingerprint'
  | 'occurrence'
  | 'name'
  | 'status'
  | 'firstSeen'
  | 'lastSeen'
  | 'count'
  | 'valueStats'
  | 'isFinal'
>;

/**
 * The last word about each occurrence; those that turned out to belong to another one are none, unless they are told again
 * because a later resolve cut them off.
 */
export function finalOccurrences(outputs: Outputs): readonly FinalOccurrence[] {
  const last = new Map<string, EnrichedAlert>();
  // In the order of the log: `enriched` and `suppressed` of one shard tell of one occurrence in turn.
  const told = [...valuesOf(outputs, 'enriched'), ...valuesOf(outputs, 'suppressed')].sort(
    (a, b) => a.origin.shard - b.origin.shard || a.origin.offset - b.origin.offset || a.origin.n - b.origin.n,
  );
  for (const alert of told) {
    if (alert.mergedInto !== null) last.delete(alert.occurrence);
    else if (!alert.isLate) last.set(alert.occurrence, alert);
  }
  return [...last.values()]
    .map(({ fingerprint, occurrence, name, status, firstSeen, lastSeen, count, valueStats, isFinal }) => {
      return { fingerprint, occurrence, name, status, firstSeen, lastSeen, count, valueStats, isFinal };
    })
    .sort(byText(({ occurrence }) => occurrence));
}

function finalIncidents(outputs: Outputs): readonly unknown[] {
  const last = new Map<string, Incident>();
  for (const incident of valuesOf(outputs, 'incidents'))
    last.set(`${incident.id}/${incident.generation}`, incident);
  return [...last.values()]
    .map(({ id, generation, tenant, state, severity, startedAt, alertCount, fingerprints, services }) => {
      const members = [...fingerprints].sort();
      return { id, generation, tenant, state, severity, startedAt, alertCount, members, services };
    })
    .sort(byText(({ id, generation }) => `${id}/${generation}`));
}

function finalAggregates(outputs: Outputs): readonly unknown[] {
  return valuesOf(outputs, 'aggregates')
    .filter(({ isFinal }) => isFinal)
    .map(({ tenant, service, severity, name, windowStart, count, valueCount, min, max }) => {
      return { key: [tenant, service, severity, name, windowStart].join('/'), count, valueCount, min, max };
    })
    .sort(byText(({ key }) => key));
}

/** How many alerts had which outcome, as the decisions state it. */
export function outcomeTotals(outputs: Outputs): Record<string, number> {
  const totals: Record<string, number> = { passed: 0, folded: 0, suppressed: 0 };
  for (const { outcome, count } of valuesOf(outputs, 'decisions'))
    if (outcome !== 'noted') totals[outcome] = (totals[outcome] ?? 0) + count;
  return totals;
}

const byText =
  <T>(text: (item: T) => string) =>
  (a: T, b: T) =>
    text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0;
