import { rowOf } from '../../../pipeline/warehouse/index.ts';
import type { Aggregate } from '../../../schemas/aggregate.ts';
import type { EnrichedAlert } from '../../../schemas/alert.ts';
import type { AlertRow, DecisionRow } from '../../../schemas/clickhouse/index.ts';
import type { Decision } from '../../../schemas/decision.ts';
import { fingerprintOf, incidentIdOf, occurrenceIdOf } from '../../../schemas/identity.ts';
import type { Incident } from '../../../schemas/incident.ts';

/** 2024-03-01T10:00:00Z, in milliseconds. */
export const noon = 1_709_287_200_000;

const fingerprint = fingerprintOf(['checkout', 'HighLatency']);
const occurrence = occurrenceIdOf(fingerprint, noon);

/** An alert with nothing optional about it. */
export function alertOf(fields: Partial<EnrichedAlert> = {}): EnrichedAlert {
  return {
    tenant: 'acme',
    source: 'prometheus',
    name: 'HighLatency',
    severity: 'high',
    labels: { pod: 'checkout-1' },
    annotations: {},
    generatorUrl: '',
    status: 'firing',
    startsAt: null,
    endsAt: null,
    observedAt: null,
    value: null,
    id: 'alert-1',
    sourceId: '',
    fingerprint,
    fingerprintRule: 'default',
    contentHash: 'c0ffee',
    occurrence,
    mergedInto: null,
    firstSeen: noon,
    lastSeen: noon,
    count: 1,
    isLate: false,
    isFinal: false,
    valueStats: null,
    emitReason: 'first',
    incident: null,
    score: null,
    owner: 'team-shop',
    service: 'checkout',
    runbookUrl: '',
    suppression: null,
    origin: { shard: 0, offset: 1, n: 0 },
    ...fields,
  };
}

export function incidentOf(fields: Partial<Incident> = {}): Incident {
  return {
    id: incidentIdOf('acme', occurrence),
    generation: 1,
    revision: 1,
    tenant: 'acme',
    state: 'open',
    severity: 'high',
    title: 'Checkout is slow',
    startedAt: noon,
    updatedAt: noon,
    endedAt: null,
    alertCount: 1,
    suppressedCount: 0,
    fingerprints: [fingerprint],
    fingerprintCount: 1,
    services: ['checkout'],
    probableCause: null,
    types: ['temporal'],
    confidence: 0.5,
    origin: { shard: 0, offset: 1, n: 1 },
    ...fields,
  };
}

export function aggregateOf(fields: Partial<Aggregate> = {}): Aggregate {
  return {
    tenant: 'acme',
    service: 'checkout',
    severity: 'high',
    name: 'HighLatency',
    windowStart: noon,
    windowEnd: noon + 60_000,
    count: 3,
    valueCount: 0,
    sum: 0,
    min: null,
    max: null,
    p50: null,
    p90: null,
    p99: null,
    revision: 1,
    isFinal: false,
    origin: { shard: 0, offset: 1, n: 2 },
    ...fields,
  };
}

export function decisionOf(fields: Partial<Decision> = {}): Decision {
  return {
    alertId: 'alert-1',
    fingerprint,
    occurrence,
    incidentId: null,
    generation: 0,
    tenant: 'acme',
    stage: 'dedupe',
    outcome: 'passed',
    reason: 'first',
    rule: '',
    location: '',
    detail: {},
    count: 1,
    inputRange: null,
    eventTime: noon,
    origin: { shard: 0, offset: 1, n: 3 },
    ...fields,
  };
}

export function alertRowOf(fields: Partial<AlertRow> = {}): AlertRow {
  return { ...rowOf('enriched', alertOf(), { topic: 'alerts.enriched.v1', at: noon }), ...fields };
}

export function decisionRowOf(fields: Partial<DecisionRow> = {}): DecisionRow {
  return { ...rowOf('decisions', decisionOf(), { topic: 'decisions.v1', at: noon }), ...fields };
}
