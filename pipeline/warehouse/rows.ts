import type { Aggregate } from '../../schemas/aggregate.ts';
import type { EnrichedAlert } from '../../schemas/alert.ts';
import type {
  AggregateRow,
  AlertRow,
  DecisionRow,
  IncidentRow,
  RowOf,
  tableOf,
  WarehouseTopic,
} from '../../schemas/clickhouse/index.ts';
import type { Decision } from '../../schemas/decision.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { Origin } from '../../schemas/place.ts';
import { real, time, weights } from './cells.ts';

/** The value of each topic that is stored. */
export interface StoredValues {
  readonly enriched: EnrichedAlert;
  readonly suppressed: EnrichedAlert;
  readonly incidents: Incident;
  readonly aggregates: Aggregate;
  readonly decisions: Decision;
}

/** Where a value stood in the log. */
export interface Source {
  /** Name of the topic. */
  readonly topic: string;
  /** Timestamp of the record, ms. */
  readonly at: number;
}

type Mappers = {
  readonly [T in WarehouseTopic]: (value: StoredValues[T], source: Source) => RowOf<(typeof tableOf)[T]>;
};

const mappers: Mappers = {
  enriched: (value, source) => alertRow(value, source, false),
  suppressed: (value, source) => alertRow(value, source, true),
  incidents: incidentRow,
  aggregates: aggregateRow,
  decisions: decisionRow,
};

/** The row of a value; what is absent becomes the sentinel that schemas/clickhouse/tables.ts names. */
export function rowOf<T extends WarehouseTopic>(
  topic: T,
  value: StoredValues[T],
  source: Source,
): RowOf<(typeof tableOf)[T]> {
  return mappers[topic](value, source);
}

function stored(source: Source, origin: Origin) {
  return {
    topic: source.topic,
    at: time(source.at),
    origin_shard: origin.shard,
    origin_offset: origin.offset,
    origin_n: origin.n,
  };
}

function alertRow(alert: EnrichedAlert, source: Source, isSuppressed: boolean): AlertRow {
  const { valueStats, incident, score, suppression } = alert;
  return {
    is_suppressed: isSuppressed,
    tenant: alert.tenant,
    source: alert.source,
    name: alert.name,
    severity: alert.severity,
    labels: alert.labels,
    annotations: alert.annotations,
    generator_url: alert.generatorUrl,
    status: alert.status,
    starts_at: time(alert.startsAt),
    ends_at: time(alert.endsAt),
    observed_at: time(alert.observedAt),
    value: real(alert.value),
    id: alert.id,
    source_id: alert.sourceId,
    fingerprint: alert.fingerprint,
    fingerprint_rule: alert.fingerprintRule,
    content_hash: alert.contentHash,
    occurrence: alert.occurrence,
    merged_into: alert.mergedInto ?? '',
    first_seen: time(alert.firstSeen),
    last_seen: time(alert.lastSeen),
    count: alert.count,
    is_late: alert.isLate,
    is_final: alert.isFinal,
    emit_reason: alert.emitReason,
    owner: alert.owner,
    service: alert.service,
    runbook_url: alert.runbookUrl,
    value_last: real(valueStats?.last),
    value_min: real(valueStats?.min),
    value_max: real(valueStats?.max),
    value_mean: real(valueStats?.mean),
    incident_id: incident?.id ?? '',
    incident_generation: incident?.generation ?? 0,
    incident_confidence: real(incident?.confidence ?? 0),
    incident_contributions: weights(incident?.contributions),
    score: real(score?.value),
    score_features: weights(score?.features),
    suppression_kind: suppression?.kind ?? '',
    suppression_rule: suppression?.rule ?? '',
    suppression_location: suppression?.location ?? '',
    suppression_since: time(suppression?.since),
    suppression_until: time(suppression?.until),
    ...stored(source, alert.origin),
  };
}

function incidentRow(incident: Incident, source: Source): IncidentRow {
  const cause = incident.probableCause;
  return {
    id: incident.id,
    generation: incident.generation,
    revision: incident.revision,
    tenant: incident.tenant,
    state: incident.state,
    severity: incident.severity,
    title: incident.title,
    started_at: time(incident.startedAt),
    updated_at: time(incident.updatedAt),
    ended_at: time(incident.endedAt),
    alert_count: incident.alertCount,
    suppressed_count: incident.suppressedCount,
    fingerprints: incident.fingerprints,
    fingerprint_count: incident.fingerprintCount,
    services: incident.services,
    probable_cause_fingerprint: cause?.fingerprint ?? '',
    probable_cause_confidence: real(cause?.confidence ?? 0),
    probable_cause_contributions: weights(cause?.contributions),
    types: incident.types,
    confidence: real(incident.confidence),
    ...stored(source, incident.origin),
  };
}

function aggregateRow(aggregate: Aggregate, source: Source): AggregateRow {
  return {
    tenant: aggregate.tenant,
    service: aggregate.service,
    severity: aggregate.severity,
    name: aggregate.name,
    window_start: time(aggregate.windowStart),
    window_end: time(aggregate.windowEnd),
    count: aggregate.count,
    value_count: aggregate.valueCount,
    sum: real(aggregate.sum),
    min: real(aggregate.min),
    max: real(aggregate.max),
    p50: real(aggregate.p50),
    p90: real(aggregate.p90),
    p99: real(aggregate.p99),
    revision: aggregate.revision,
    is_final: aggregate.isFinal,
    ...stored(source, aggregate.origin),
  };
}

function decisionRow(decision: Decision, source: Source): DecisionRow {
  const range = decision.inputRange;
  return {
    alert_id: decision.alertId,
    fingerprint: decision.fingerprint,
    occurrence: decision.occurrence ?? '',
    incident_id: decision.incidentId ?? '',
    generation: decision.generation,
    tenant: decision.tenant,
    stage: decision.stage,
    outcome: decision.outcome,
    reason: decision.reason,
    rule: decision.rule,
    location: decision.location,
    detail: decision.detail,
    count: decision.count,
    input_shard: range?.shard ?? -1,
    input_run_offset: range?.id.offset ?? 0,
    input_run_n: range?.id.n ?? 0,
    input_from_offset: range?.from.offset ?? 0,
    input_from_n: range?.from.n ?? 0,
    input_to_offset: range?.to.offset ?? 0,
    input_to_n: range?.to.n ?? 0,
    input_first_at: time(range?.firstAt),
    input_last_at: time(range?.lastAt),
    event_time: time(decision.eventTime),
    ...stored(source, decision.origin),
  };
}
