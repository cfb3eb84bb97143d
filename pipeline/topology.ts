import type { OperatorFunction } from 'rxjs';
import { type AggregateConfig, aggregate } from '../operators/aggregate/index.ts';
import { type CorrelateConfig, correlate } from '../operators/correlate/index.ts';
import { combine, type DedupeConfig, fold } from '../operators/dedupe/index.ts';
import { type EnrichConfig, enrich } from '../operators/enrich/index.ts';
import type { ReduceEvent, RelateEvent } from '../operators/events.ts';
import { type FingerprintConfig, fingerprint } from '../operators/fingerprint/index.ts';
import { type Host, lift } from '../operators/lift.ts';
import { makeNormalize, type NormalizeConfig, type RawAvro } from '../operators/normalize/index.ts';
import { type PublishConfig, publish } from '../operators/publish/index.ts';
import { type ScoreConfig, score } from '../operators/score/index.ts';
import { type SuppressConfig, suppress } from '../operators/suppress/index.ts';

/**
 * The whole flow:
 *
 *   alerts.raw.v1 ─▶ REDUCE  normalize ▶ fingerprint ▶ combine ─▶ alerts.reduced.v1
 *                                                                       │ partials, late alerts, heartbeats, controls
 *   alerts.enriched.v1   alerts.suppressed.v1   incidents.v1            ▼
 *   alerts.aggregates.v1   decisions.v1 ◀─ RELATE  fold ▶ enrich ▶ correlate ▶ score ▶ suppress ▶ aggregate ▶ publish
 *          │
 *          └─▶ WAREHOUSE  batches ─▶ ClickHouse
 *
 * Each graph is instantiated once per shard and is synchronous: when an event has been pushed in, everything that
 * follows from it has come out.
 */
export interface OperatorConfigs {
  readonly normalize: NormalizeConfig;
  readonly fingerprint: FingerprintConfig;
  readonly dedupe: DedupeConfig;
  readonly enrich: EnrichConfig;
  readonly correlate: CorrelateConfig;
  readonly score: ScoreConfig;
  readonly suppress: SuppressConfig;
  readonly aggregate: AggregateConfig;
  readonly publish: PublishConfig;
}

/** States facts: what this partition has seen of each alert. Decides nothing. */
export function reduce(
  config: OperatorConfigs,
  avro: RawAvro,
  host: Host,
): OperatorFunction<ReduceEvent, ReduceEvent> {
  return (records) =>
    records.pipe(
      lift(makeNormalize(avro), config.normalize, host),
      lift(fingerprint, config.fingerprint, host),
      lift(combine, config.dedupe, host),
    );
}

/** Decides: what is one occurrence, one incident, unusual, not to be told. */
export function relate(config: OperatorConfigs, host: Host): OperatorFunction<RelateEvent, RelateEvent> {
  return (facts) =>
    facts.pipe(
      lift(fold, config.dedupe, host),
      lift(enrich, config.enrich, host),
      lift(correlate, config.correlate, host),
      lift(score, config.score, host),
      lift(suppress, config.suppress, host),
      lift(aggregate, config.aggregate, host),
      lift(publish, config.publish, host),
    );
}
