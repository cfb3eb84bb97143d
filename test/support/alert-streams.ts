import fc from 'fast-check';
import { type Arriving, dawn, minute, second } from './virtual-world.ts';

/** One observation as its source knows it; times are milliseconds after `dawn`. */
export interface Observation {
  readonly name: string;
  readonly at: number;
  readonly status: 'firing' | 'resolved';
  readonly severity: 'medium' | 'high';
  readonly value: number | null;
  /** Start that an Alertmanager names; null for a source that names none. */
  readonly startsAt: number | null;
  /**
   * How long after its own time it reaches the log; less than the allowed lateness. Alertmanager does not say when it
   * observed: for it the time of the log counts, and this is 0.
   */
  readonly delayMs: number;
}

/** Sources that name their periods, and such as do not, each with alerts of its own. */
const named = fc.constantFrom('Named-1', 'Named-2');
const unnamed = fc.constantFrom('Plain-1', 'Plain-2', 'Plain-3');

const times = fc.integer({ min: 0, max: 6 * 60 }).map((seconds) => seconds * second);
const rest = {
  at: times,
  severity: fc.constantFrom('medium', 'high'),
  value: fc.option(fc.integer({ min: 0, max: 100 }), { nil: null }),
  delayMs: fc.integer({ min: 0, max: 9_000 }),
} as const;
/** Firing about five times as often as resolved. */
const status = fc.constantFrom('firing', 'firing', 'firing', 'firing', 'firing', 'resolved');

const namedObservation: fc.Arbitrary<Observation> = fc
  .record({ ...rest, name: named, status, sinceMs: fc.integer({ min: 0, max: 120 }).map((s) => s * second) })
  .map(({ sinceMs, ...observation }) => ({
    ...observation,
    delayMs: 0,
    startsAt: Math.max(0, observation.at - sinceMs),
  }));

const plainObservation: fc.Arbitrary<Observation> = fc.record({
  ...rest,
  name: unnamed,
  status,
  startsAt: fc.constant(null),
});

/** A few minutes of a few alerts from both kinds of source. */
export const observations: fc.Arbitrary<Observation[]> = fc.array(
  fc.oneof(namedObservation, plainObservation),
  {
    minLength: 1,
    maxLength: 30,
  },
);

/** The records of observations, each reaching `partitionOf` it after its delay. */
export function arrivals(
  all: readonly Observation[],
  partitionOf: (observation: Observation, index: number) => number,
): Arriving[] {
  return all
    .map((observation, index) => ({
      at: dawn + observation.at + observation.delayMs,
      value: observation.startsAt === null ? plain(observation) : webhook(observation, observation.startsAt),
      partition: partitionOf(observation, index),
    }))
    .sort((a, b) => a.at - b.at);
}

/** Every alert on the partition of its name, as producers usually key. */
export function byName(partitions: number): (observation: Observation) => number {
  return ({ name }) => Number(name.at(-1)) % partitions;
}

function plain({ name, at, status: state, severity, value }: Observation): Uint8Array {
  const document = { tenant: 'acme', name, severity, status: state, observedAt: dawn + at, value };
  return Buffer.from(JSON.stringify(document));
}

/** Alertmanager's webhook: names the start, and the end of what is resolved. */
function webhook({ name, at, status: state, severity }: Observation, startsAt: number): Uint8Array {
  const labels = { alertname: name, severity };
  const alert = {
    ...{
      status: state,
      labels: { alertname: name },
      annotations: { at: String(at) },
      generatorURL: '',
      fingerprint: '',
    },
    startsAt: new Date(dawn + startsAt).toISOString(),
    endsAt: state === 'resolved' ? new Date(dawn + at).toISOString() : '0001-01-01T00:00:00Z',
  };
  const group = { groupKey: name, truncatedAlerts: 0, receiver: 'r', externalURL: '', commonAnnotations: {} };
  return Buffer.from(
    JSON.stringify({
      version: '4',
      status: state,
      ...group,
      groupLabels: {},
      commonLabels: labels,
      alerts: [alert],
    }),
  );
}

/** Well behind the end of everything that was observed. */
export const quietEnd = dawn + 40 * minute;
