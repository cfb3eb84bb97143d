import type { Migration } from './migration.ts';

// A target has its own token window: an insert repeated after a crash between base table and view is recognised by each
// of the two on its own (deduplicate_blocks_in_dependent_materialized_views).
const tokens = 'non_replicated_deduplication_window = 10000';

/** `suppressed_by` is '' for what was told, so a new kind of suppression needs no new column. */
const alertsHourly = `CREATE TABLE IF NOT EXISTS {db}.alerts_hourly (
    hour DateTime('UTC'),
    tenant LowCardinality(String),
    service LowCardinality(String),
    name LowCardinality(String),
    severity LowCardinality(String),
    suppressed_by LowCardinality(String),
    outputs SimpleAggregateFunction(sum, UInt64),
    firsts SimpleAggregateFunction(sum, UInt64),
    resolves SimpleAggregateFunction(sum, UInt64),
    lates SimpleAggregateFunction(sum, UInt64),
    occurrences AggregateFunction(uniq, String),
    stored_at SimpleAggregateFunction(max, DateTime('UTC'))
  ) ENGINE = AggregatingMergeTree
  PARTITION BY toYYYYMM(hour)
  ORDER BY (tenant, service, name, severity, suppressed_by, hour)
  TTL stored_at + INTERVAL 1100 DAY
  SETTINGS ${tokens}`;

const alertsHourlyFeed = `CREATE MATERIALIZED VIEW IF NOT EXISTS {db}.alerts_hourly_feed TO {db}.alerts_hourly AS
  SELECT
    toDateTime(toStartOfHour(last_seen), 'UTC') AS hour,
    tenant,
    service,
    name,
    severity,
    if(is_suppressed, if(suppression_kind = '', 'unknown', toString(suppression_kind)), '') AS suppressed_by,
    count() AS outputs,
    countIf(emit_reason = 'first') AS firsts,
    countIf(emit_reason IN ('resolved', 'timed-out')) AS resolves,
    countIf(is_late) AS lates,
    uniqState(occurrence) AS occurrences,
    max(alerts.stored_at) AS stored_at
  FROM {db}.alerts AS alerts
  GROUP BY hour, tenant, service, name, severity, suppressed_by`;

/** `alerts` adds up to what entered when the outcome `noted` is left out: those rows explain and account for none. */
const decisionsHourly = `CREATE TABLE IF NOT EXISTS {db}.decisions_hourly (
    hour DateTime('UTC'),
    tenant LowCardinality(String),
    stage LowCardinality(String),
    outcome LowCardinality(String),
    reason LowCardinality(String),
    decisions SimpleAggregateFunction(sum, UInt64),
    alerts SimpleAggregateFunction(sum, UInt64),
    stored_at SimpleAggregateFunction(max, DateTime('UTC'))
  ) ENGINE = AggregatingMergeTree
  PARTITION BY toYYYYMM(hour)
  ORDER BY (tenant, stage, outcome, reason, hour)
  TTL stored_at + INTERVAL 1100 DAY
  SETTINGS ${tokens}`;

const decisionsHourlyFeed = `CREATE MATERIALIZED VIEW IF NOT EXISTS {db}.decisions_hourly_feed TO {db}.decisions_hourly AS
  SELECT
    toDateTime(toStartOfHour(event_time), 'UTC') AS hour,
    tenant,
    stage,
    outcome,
    reason,
    count() AS decisions,
    sum(count) AS alerts,
    max(base.stored_at) AS stored_at
  FROM {db}.decisions AS base
  GROUP BY hour, tenant, stage, outcome, reason`;

export const rollUps: Migration = {
  version: 2,
  name: 'roll-ups',
  statements: [alertsHourly, alertsHourlyFeed, decisionsHourly, decisionsHourlyFeed],
};
