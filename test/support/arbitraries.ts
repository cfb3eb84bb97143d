import fc from 'fast-check';
import type { Aggregate } from '../../schemas/aggregate.ts';
import {
  type Contribution,
  type EnrichedAlert,
  emitReasons,
  type Head,
  type IncidentRef,
  type Labels,
  type RawAlert,
  type Score,
  type Suppression,
  severities,
  statuses,
  suppressionKinds,
  type Tail,
  type ValueStats,
} from '../../schemas/alert.ts';
import type { Fingerprint, IncidentId, OccurrenceId } from '../../schemas/brand.ts';
import type { Control, Matcher } from '../../schemas/control.ts';
import { type Decision, type InputRange, outcomes } from '../../schemas/decision.ts';
import { type Incident, incidentStates, incidentTypes, type ProbableCause } from '../../schemas/incident.ts';
import type { Origin, Place } from '../../schemas/place.ts';
import { reasonNames } from '../../schemas/reasons.ts';

export type Arb<T> = fc.Arbitrary<T>;

/** Any text Unicode allows, with the names that trip JavaScript among it. */
export const anyText: Arb<string> = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', '7', '', '\uFFFD', '\u0000') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 60, maxLength: 90 }) },
);

export const anyLabels: Arb<Labels> = fc.dictionary(anyText, anyText, { maxKeys: 8, noNullPrototype: true });

/** 1970 to 2100, in milliseconds. */
export const anyTime: Arb<number> = fc.integer({ min: 0, max: 4_102_444_800_000 });

/** The greatest count Avro decoders in JavaScript hold safely: 2^53 - 2. */
export const anyCount: Arb<number> = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER - 1 });

export const anyReal: Arb<number> = fc.double({ noNaN: true, noDefaultInfinity: true });
export const anyShare: Arb<number> = fc.double({ min: 0, max: 1, noNaN: true });

export const small: Arb<number> = fc.integer({ min: 0, max: 2 ** 31 - 1 });
export const orNull = <T>(arbitrary: Arb<T>): Arb<T | null> => fc.option(arbitrary, { nil: null });
export const few = <T>(arbitrary: Arb<T>): Arb<T[]> => fc.array(arbitrary, { maxLength: 4 });
export const hex = (digits: number): Arb<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });

// Only these three may be made up: nothing in the tests that use them parses them.
export const anyFingerprint = hex(32) as Arb<Fingerprint>;
export const anyOccurrence = hex(32) as Arb<OccurrenceId>;
export const anyIncidentId = hex(32) as Arb<IncidentId>;

export const anyPlace: Arb<Place> = fc.record({ offset: anyCount, n: small });
export const anyOrigin: Arb<Origin> = fc.record({ shard: small, offset: anyCount, n: small });

const head = {
  tenant: anyText,
  source: anyText,
  name: anyText,
  severity: fc.constantFrom(...severities),
  labels: anyLabels,
  annotations: anyLabels,
  generatorUrl: anyText,
};
const tail = {
  status: fc.constantFrom(...statuses),
  observedAt: orNull(anyTime),
  startsAt: orNull(anyTime),
  endsAt: orNull(anyTime),
  value: orNull(anyReal),
  id: anyText,
};
export const anyHead: Arb<Head> = fc.record(head);
export const anyTail: Arb<Tail> = fc.record(tail);
export const anyRawAlert: Arb<RawAlert> = fc.record({ ...head, ...tail });

const anyContribution: Arb<Contribution> = fc.record({ name: anyText, weight: anyShare });
const contributions = few(anyContribution);
const anyValueStats: Arb<ValueStats> = fc.record({
  last: anyReal,
  min: anyReal,
  max: anyReal,
  mean: anyReal,
});
const anyIncidentRef: Arb<IncidentRef> = fc.record({
  id: anyIncidentId,
  generation: small,
  confidence: anyShare,
  contributions,
});
const anyScore: Arb<Score> = fc.record({ value: anyShare, features: contributions });
export const anySuppression: Arb<Suppression> = fc.record({
  kind: fc.constantFrom(...suppressionKinds),
  rule: anyText,
  location: anyText,
  since: anyTime,
  until: orNull(anyTime),
});

export const anyEnrichedAlert: Arb<EnrichedAlert> = fc.record({
  ...head,
  ...tail,
  id: hex(32),
  sourceId: anyText,
  fingerprint: anyFingerprint,
  fingerprintRule: anyText,
  contentHash: hex(16),
  occurrence: anyOccurrence,
  mergedInto: orNull(anyOccurrence),
  firstSeen: anyTime,
  lastSeen: anyTime,
  count: anyCount,
  isLate: fc.boolean(),
  isFinal: fc.boolean(),
  valueStats: orNull(anyValueStats),
  emitReason: fc.constantFrom(...emitReasons),
  incident: orNull(anyIncidentRef),
  score: orNull(anyScore),
  owner: anyText,
  service: anyText,
  runbookUrl: anyText,
  suppression: orNull(anySuppression),
  origin: anyOrigin,
});

const anyCause: Arb<ProbableCause> = fc.record({
  fingerprint: anyFingerprint,
  confidence: anyShare,
  contributions,
});

export const anyIncident: Arb<Incident> = fc.record({
  id: anyIncidentId,
  generation: small,
  revision: small,
  tenant: anyText,
  state: fc.constantFrom(...incidentStates),
  severity: fc.constantFrom(...severities),
  title: anyText,
  startedAt: anyTime,
  updatedAt: anyTime,
  endedAt: orNull(anyTime),
  alertCount: anyCount,
  suppressedCount: anyCount,
  fingerprints: few(anyFingerprint),
  fingerprintCount: anyCount,
  services: few(anyText),
  probableCause: orNull(anyCause),
  types: few(fc.constantFrom(...incidentTypes)),
  confidence: anyShare,
  origin: anyOrigin,
});

export const anyAggregate: Arb<Aggregate> = fc.record({
  tenant: anyText,
  service: anyText,
  severity: fc.constantFrom(...severities),
  name: anyText,
  windowStart: anyTime,
  windowEnd: anyTime,
  count: anyCount,
  valueCount: anyCount,
  sum: anyReal,
  min: orNull(anyReal),
  max: orNull(anyReal),
  p50: orNull(anyReal),
  p90: orNull(anyReal),
  p99: orNull(anyReal),
  revision: small,
  isFinal: fc.boolean(),
  origin: anyOrigin,
});

const anyInputRange: Arb<InputRange> = fc.record({
  shard: small,
  id: anyPlace,
  from: anyPlace,
  to: anyPlace,
  firstAt: anyTime,
  lastAt: anyTime,
});

export const anyDecision: Arb<Decision> = fc.record({
  alertId: anyText,
  fingerprint: anyFingerprint,
  occurrence: orNull(anyOccurrence),
  incidentId: orNull(anyIncidentId),
  generation: small,
  tenant: anyText,
  stage: anyText,
  outcome: fc.constantFrom(...outcomes),
  reason: fc.constantFrom(...reasonNames),
  rule: anyText,
  location: anyText,
  detail: anyLabels,
  count: anyCount,
  inputRange: orNull(anyInputRange),
  eventTime: anyTime,
  origin: anyOrigin,
});

const anyMatcher: Arb<Matcher> = fc.record({
  name: anyText,
  op: fc.constantFrom('=', '!=', '=~', '!~'),
  value: anyText,
});
const dated = { id: anyText, tenant: anyText, createdBy: anyText, comment: anyText };
const scoped = { ...dated, matchers: few(anyMatcher), startsAt: anyTime, endsAt: anyTime };

export const anyControl: Arb<Control> = fc.oneof(
  fc.record({ kind: fc.constant('silence' as const), ...scoped }),
  fc.record({ kind: fc.constant('maintenance' as const), ...scoped }),
  fc.record({
    kind: fc.constant('acknowledgement' as const),
    ...dated,
    incidentId: anyIncidentId,
    generation: small,
  }),
  fc.record({ kind: fc.constant('withdrawal' as const), ...dated }),
);
