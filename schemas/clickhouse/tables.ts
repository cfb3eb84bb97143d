import type { TopicId } from '../topics.ts';

/**
 * The rows of the base tables. A column is the field of schemas/*.ts in snake_case; a nested object becomes a prefix
 * (`incident.id` → `incident_id`), a list of contributions a map of name to weight. There is no NULL; what is absent is
 *
 *   a time     → 1970-01-01 (0)           a measured number (value, quantile) → NaN
 *   a text, id → ''                       a count, generation, confidence     → 0
 *   an object  → its first column says so: '' for an id or kind, -1 for a shard
 *
 * NaN rather than 0: an average over forgotten absences must look wrong, not plausible (`avgIf(value, NOT isNaN(value))`).
 */
interface Stored {
  /** The topic it was read from. */
  readonly topic: string;
  /** Timestamp of the Kafka record: wall time of the output, in ms. Partitions follow it. */
  readonly at: number;
  readonly origin_shard: number;
  readonly origin_offset: number;
  readonly origin_n: number;
}

/** JSON has no word for these three, so they travel as text. */
export type Real = number | 'nan' | 'inf' | '-inf';

type Texts = Readonly<Record<string, string>>;
type Weights = Readonly<Record<string, Real>>;

/** One output of `alerts.enriched.v1` (`is_suppressed` false) or `alerts.suppressed.v1` (true). */
export interface AlertRow extends Stored {
  readonly is_suppressed: boolean;
  readonly tenant: string;
  readonly source: string;
  readonly name: string;
  readonly severity: string;
  readonly labels: Texts;
  readonly annotations: Texts;
  readonly generator_url: string;
  readonly status: string;
  readonly starts_at: number;
  readonly ends_at: number;
  readonly observed_at: number;
  readonly value: Real;
  readonly id: string;
  readonly source_id: string;
  readonly fingerprint: string;
  readonly fingerprint_rule: string;
  readonly content_hash: string;
  readonly occurrence: string;
  readonly merged_into: string;
  readonly first_seen: number;
  readonly last_seen: number;
  readonly count: number;
  readonly is_late: boolean;
  readonly is_final: boolean;
  readonly value_last: Real;
  readonly value_min: Real;
  readonly value_max: Real;
  readonly value_mean: Real;
  readonly emit_reason: string;
  readonly incident_id: string;
  readonly incident_generation: number;
  readonly incident_confidence: Real;
  readonly incident_contributions: Weights;
  readonly score: Real;
  readonly score_features: Weights;
  readonly owner: string;
  readonly service: string;
  readonly runbook_url: string;
  readonly suppression_kind: string;
  readonly suppression_rule: string;
  readonly suppression_location: string;
  readonly suppression_since: number;
  readonly suppression_until: number;
}

/** One revision of an incident; the table keeps the newest of each generation. */
export interface IncidentRow extends Stored {
  readonly id: string;
  readonly generation: number;
  readonly revision: number;
  readonly tenant: string;
  readonly state: string;
  readonly severity: string;
  readonly title: string;
  readonly started_at: number;
  readonly updated_at: number;
  readonly ended_at: number;
  readonly alert_count: number;
  readonly suppressed_count: number;
  readonly fingerprints: readonly string[];
  readonly fingerprint_count: number;
  readonly services: readonly string[];
  readonly probable_cause_fingerprint: string;
  readonly probable_cause_confidence: Real;
  readonly probable_cause_contributions: Weights;
  readonly types: readonly string[];
  readonly confidence: Real;
}

/** One revision of a one-minute window; the table keeps the newest. */
export interface AggregateRow extends Stored {
  readonly tenant: string;
  readonly service: string;
  readonly severity: string;
  readonly name: string;
  readonly window_start: number;
  readonly window_end: number;
  readonly count: number;
  readonly value_count: number;
  readonly sum: Real;
  readonly min: Real;
  readonly max: Real;
  readonly p50: Real;
  readonly p90: Real;
  readonly p99: Real;
  readonly revision: number;
  readonly is_final: boolean;
}

export interface DecisionRow extends Stored {
  readonly alert_id: string;
  readonly fingerprint: string;
  readonly occurrence: string;
  readonly incident_id: string;
  readonly generation: number;
  readonly tenant: string;
  readonly stage: string;
  readonly outcome: string;
  readonly reason: string;
  readonly rule: string;
  readonly location: string;
  readonly detail: Texts;
  readonly count: number;
  /** -1: speaks for no input. */
  readonly input_shard: number;
  readonly input_run_offset: number;
  readonly input_run_n: number;
  readonly input_from_offset: number;
  readonly input_from_n: number;
  readonly input_to_offset: number;
  readonly input_to_n: number;
  readonly input_first_at: number;
  readonly input_last_at: number;
  readonly event_time: number;
}

interface Rows {
  readonly alerts: AlertRow;
  readonly incidents: IncidentRow;
  readonly aggregates_1m: AggregateRow;
  readonly decisions: DecisionRow;
}

export type TableName = keyof Rows;
export type RowOf<Table extends TableName> = Rows[Table];

/** Which base table the records of a topic go to; the keys are the topics that the WAREHOUSE graph reads. */
export const tableOf = {
  enriched: 'alerts',
  suppressed: 'alerts',
  incidents: 'incidents',
  aggregates: 'aggregates_1m',
  decisions: 'decisions',
} as const satisfies Partial<Record<TopicId, TableName>>;

export type WarehouseTopic = keyof typeof tableOf;

export const warehouseTopics = Object.keys(tableOf) as readonly WarehouseTopic[];
export const tableNames: readonly TableName[] = ['alerts', 'incidents', 'aggregates_1m', 'decisions'];
