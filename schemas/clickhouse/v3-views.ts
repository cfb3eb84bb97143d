import type { Migration } from './migration.ts';

/** One row per incident: its newest generation as of its newest revision. */
const incidentsLatest = `CREATE VIEW IF NOT EXISTS {db}.incidents_latest AS
  SELECT * FROM {db}.incidents FINAL
  ORDER BY tenant, id, generation DESC
  LIMIT 1 BY tenant, id`;

/** One row per group and minute. */
const aggregatesLatest = `CREATE VIEW IF NOT EXISTS {db}.aggregates_latest AS
  SELECT * FROM {db}.aggregates_1m FINAL`;

/**
 * Everything that was decided about an alert, in order, with what the alert was. Filter by occurrence, fingerprint or
 * tenant: both sides use it.
 */
const explain = `CREATE VIEW IF NOT EXISTS {db}.explain AS
  SELECT
    decided.tenant AS tenant,
    decided.fingerprint AS fingerprint,
    decided.occurrence AS occurrence,
    decided.event_time AS event_time,
    decided.stage AS stage,
    decided.outcome AS outcome,
    decided.reason AS reason,
    decided.count AS count,
    decided.rule AS rule,
    decided.location AS location,
    decided.detail AS detail,
    decided.incident_id AS incident_id,
    decided.generation AS generation,
    decided.alert_id AS alert_id,
    described.name AS name,
    described.service AS service,
    described.severity AS severity,
    described.labels AS labels,
    decided.origin_shard AS origin_shard,
    decided.origin_offset AS origin_offset,
    decided.origin_n AS origin_n
  FROM {db}.decisions AS decided
  LEFT JOIN (
    SELECT
      tenant,
      fingerprint,
      occurrence,
      argMax(name, last_seen) AS name,
      argMax(service, last_seen) AS service,
      argMax(severity, last_seen) AS severity,
      argMax(labels, last_seen) AS labels
    FROM {db}.alerts
    GROUP BY tenant, fingerprint, occurrence
  ) AS described
  ON described.tenant = decided.tenant
    AND described.fingerprint = decided.fingerprint
    AND described.occurrence = decided.occurrence
  ORDER BY tenant, fingerprint, event_time, origin_shard, origin_offset, origin_n`;

/** Who talks most, by day: `ORDER BY told DESC LIMIT 20` is the list to work on. */
const noiseTop = `CREATE VIEW IF NOT EXISTS {db}.noise_top AS
  SELECT
    toDate(hour) AS day,
    tenant,
    service,
    name,
    uniqMerge(hourly.occurrences) AS occurrences,
    sum(hourly.firsts) AS firsts,
    sumIf(hourly.outputs, suppressed_by = '') AS told,
    sumIf(hourly.outputs, suppressed_by != '') AS suppressed
  FROM {db}.alerts_hourly AS hourly
  GROUP BY day, tenant, service, name`;

export const views: Migration = {
  version: 3,
  name: 'views',
  statements: [incidentsLatest, aggregatesLatest, explain, noiseTop],
};
