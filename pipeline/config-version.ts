import { gunzipSync, gzipSync } from 'node:zlib';
import { z } from 'zod';
import { AggregateConfig } from '../operators/aggregate/index.ts';
import { CorrelateConfig } from '../operators/correlate/index.ts';
import { DedupeConfig } from '../operators/dedupe/index.ts';
import { EnrichConfig } from '../operators/enrich/index.ts';
import { PublishConfig } from '../operators/publish/index.ts';
import { ScoreConfig } from '../operators/score/index.ts';
import { SuppressConfig } from '../operators/suppress/index.ts';
import { TocsinError } from '../schemas/errors.ts';
import { hash128 } from '../schemas/identity.ts';
import type { ConfigVersion } from '../schemas/reduced.ts';
import type { OperatorConfigs } from './topology.ts';

/** The sections that RELATE decides by. */
const RelateSections = z.object({
  dedupe: DedupeConfig,
  enrich: EnrichConfig,
  correlate: CorrelateConfig,
  score: ScoreConfig,
  suppress: SuppressConfig,
  aggregate: AggregateConfig,
  publish: PublishConfig,
});

/** Kafka takes records of a mebibyte. */
const maxBytes = 900 * 1_024;

/** A configuration of RELATE as its log holds it. Throws `config.too-large`. */
export function versionOf(config: OperatorConfigs): ConfigVersion {
  const { dedupe, enrich, correlate, score, suppress, aggregate, publish } = config;
  const json = JSON.stringify({ dedupe, enrich, correlate, score, suppress, aggregate, publish });
  const gzip = gzipSync(json);
  if (gzip.byteLength > maxBytes) throw new TocsinError('config.too-large', `${gzip.byteLength} bytes`);
  return { kind: 'config', hash: hash128([json]), gzip };
}

/** The configuration of a version, the other sections as they are. Throws `state.newer` for one that cannot be read. */
export function configOf({ hash, gzip }: ConfigVersion, others: OperatorConfigs): OperatorConfigs {
  const parsed = RelateSections.safeParse(JSON.parse(gunzipSync(gzip).toString()));
  if (parsed.success) return { ...others, ...parsed.data };
  throw new TocsinError('state.newer', `the configuration ${hash}: ${z.prettifyError(parsed.error)}`);
}
