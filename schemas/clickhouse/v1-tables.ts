import type { Migration } from './migration.ts';

// `at` is the timestamp of the Kafka record. Partitions follow it and not event time, which a producer may set to
// anything: a batch with a hundred odd months would become a hundred parts, each with its own entry in the token window.
// `stored_at` is for retention alone: rows of a replay of old data must not expire the moment they are written.
const stored = `topic LowCardinality(String),
    at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    origin_shard UInt32,
    origin_offset UInt64 CODEC(Delta, ZSTD),
    origin_n UInt32,
    stored_at DateTime('UTC') DEFAULT now()`;

// Tokens a table remembers. An insert takes one entry per partition it touches, so 10,000 is many minutes of inserts of
// all shards: longer than any pause of a process that could wake up and repeat one (protocol.md SINK 5).
const tokens = 'non_replicated_deduplication_window = 10000';

const alerts = `CREATE TABLE IF NOT EXISTS {db}.alerts (
    is_suppressed Bool,
    tenant LowCardinality(String),
    source LowCardinality(String),
    name LowCardinality(String),
    severity LowCardinality(String),
    labels Map(LowCardinality(String), String) CODEC(ZSTD),
    annotations Map(LowCardinality(String), String) CODEC(ZSTD),
    generator_url String CODEC(ZSTD),
    status LowCardinality(String),
    starts_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    ends_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    observed_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    value Float64,
    id String,
    source_id String,
    fingerprint String,
    fingerprint_rule LowCardinality(String),
    content_hash String,
    occurrence String,
    merged_into String,
    first_seen DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    last_seen DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    count UInt64,
    is_late Bool,
    is_final Bool,
    value_last Float64,
    value_min Float64,
    value_max Float64,
    value_mean Float64,
    emit_reason LowCardinality(String),
    incident_id String,
    incident_generation UInt32,
    incident_confidence Float64,
    incident_contributions Map(LowCardinality(String), Float64),
    score Float64,
    score_features Map(LowCardinality(String), Float64),
    owner LowCardinality(String),
    service LowCardinality(String),
    runbook_url String CODEC(ZSTD),
    suppression_kind LowCardinality(String),
    suppression_rule LowCardinality(String),
    suppression_location LowCardinality(String),
    suppression_since DateTime64(3, 'UTC'),
    suppression_until DateTime64(3, 'UTC'),
    ${stored},
    INDEX by_fingerprint fingerprint TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_occurrence occurrence TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_incident incident_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_id id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_time last_seen TYPE minmax GRANULARITY 1
  ) ENGINE = MergeTree
  PARTITION BY toYYYYMM(at)
  ORDER BY (tenant, service, name, last_seen)
  TTL stored_at + INTERVAL 400 DAY
  SETTINGS ${tokens}`;

// Not partitioned: rows replace each other only within a partition, and no column of an incident keeps its value.
const incidents = `CREATE TABLE IF NOT EXISTS {db}.incidents (
    id String,
    generation UInt32,
    revision UInt64,
    tenant LowCardinality(String),
    state LowCardinality(String),
    severity LowCardinality(String),
    title String,
    started_at DateTime64(3, 'UTC'),
    updated_at DateTime64(3, 'UTC'),
    ended_at DateTime64(3, 'UTC'),
    alert_count UInt64,
    suppressed_count UInt64,
    fingerprints Array(String) CODEC(ZSTD),
    fingerprint_count UInt64,
    services Array(LowCardinality(String)),
    probable_cause_fingerprint String,
    probable_cause_confidence Float64,
    probable_cause_contributions Map(LowCardinality(String), Float64),
    types Array(LowCardinality(String)),
    confidence Float64,
    ${stored},
    INDEX by_start started_at TYPE minmax GRANULARITY 1
  ) ENGINE = ReplacingMergeTree(revision)
  ORDER BY (tenant, id, generation)
  TTL stored_at + INTERVAL 1100 DAY
  SETTINGS ${tokens}`;

// The window's start is part of the key, so all revisions of one window share a partition and can replace each other.
const aggregates = `CREATE TABLE IF NOT EXISTS {db}.aggregates_1m (
    tenant LowCardinality(String),
    service LowCardinality(String),
    severity LowCardinality(String),
    name LowCardinality(String),
    window_start DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    window_end DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    count UInt64,
    value_count UInt64,
    sum Float64,
    min Float64,
    max Float64,
    p50 Float64,
    p90 Float64,
    p99 Float64,
    revision UInt64,
    is_final Bool,
    ${stored}
  ) ENGINE = ReplacingMergeTree(revision)
  PARTITION BY toYYYYMM(window_start)
  ORDER BY (tenant, service, name, severity, window_start)
  TTL stored_at + INTERVAL 400 DAY
  SETTINGS ${tokens}`;

// Ordered for the question that decisions exist for: why was this alert told, or not told. Counts come from the roll-up.
const decisions = `CREATE TABLE IF NOT EXISTS {db}.decisions (
    alert_id String,
    fingerprint String,
    occurrence String,
    incident_id String,
    generation UInt32,
    tenant LowCardinality(String),
    stage LowCardinality(String),
    outcome LowCardinality(String),
    reason LowCardinality(String),
    rule LowCardinality(String),
    location LowCardinality(String),
    detail Map(LowCardinality(String), String) CODEC(ZSTD),
    count UInt64,
    input_shard Int32,
    input_run_offset UInt64,
    input_run_n UInt32,
    input_from_offset UInt64,
    input_from_n UInt32,
    input_to_offset UInt64,
    input_to_n UInt32,
    input_first_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    input_last_at DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    event_time DateTime64(3, 'UTC') CODEC(Delta, ZSTD),
    ${stored},
    INDEX by_occurrence occurrence TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_incident incident_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_alert alert_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_time event_time TYPE minmax GRANULARITY 1
  ) ENGINE = MergeTree
  PARTITION BY toYYYYMMDD(at)
  ORDER BY (tenant, fingerprint, event_time)
  TTL stored_at + INTERVAL 90 DAY
  SETTINGS ${tokens}`;

export const tables: Migration = {
  version: 1,
  name: 'tables',
  statements: [alerts, incidents, aggregates, decisions],
};
