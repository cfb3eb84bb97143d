import { z } from 'zod';
import { AggregateConfig } from '../../operators/aggregate/index.ts';
import { CorrelateConfig } from '../../operators/correlate/index.ts';
import { DedupeConfig } from '../../operators/dedupe/index.ts';
import { EnrichConfig } from '../../operators/enrich/index.ts';
import { FingerprintConfig } from '../../operators/fingerprint/index.ts';
import { NormalizeConfig } from '../../operators/normalize/index.ts';
import { PublishConfig } from '../../operators/publish/index.ts';
import { ScoreConfig } from '../../operators/score/index.ts';
import { SuppressConfig } from '../../operators/suppress/index.ts';
import { WarehouseConfig } from '../warehouse/index.ts';
import { oversizeOf } from './record-size.ts';
import {
  BrokerConfig,
  Delivery,
  LogConfig,
  RegistryConfig,
  StateConfig,
  WorkerConfig,
} from './sections/index.ts';
import type { TableFile } from './table-files.ts';

const Sections = z.strictObject({
  normalize: NormalizeConfig.prefault({}),
  fingerprint: FingerprintConfig.prefault({}),
  dedupe: DedupeConfig.prefault({}),
  enrich: EnrichConfig.prefault({}),
  correlate: CorrelateConfig.prefault({}),
  score: ScoreConfig.prefault({}),
  suppress: SuppressConfig.prefault({}),
  aggregate: AggregateConfig.prefault({}),
  publish: PublishConfig.prefault({}),

  delivery: Delivery,
  broker: BrokerConfig.prefault({}),
  state: StateConfig.prefault({}),
  warehouse: WarehouseConfig.prefault({}),
  registry: RegistryConfig.prefault({}),
  worker: WorkerConfig.prefault({}),
  log: LogConfig.prefault({}),
});

/**
 * The whole configuration: a section per operator, each with the operator's own schema, then the runtime. Sections that
 * are left out take their defaults, so an empty file is a valid configuration.
 */
export const ConfigTree = Sections.superRefine((config, context) => {
  const oversize = oversizeOf(config);
  if (oversize === null) return;
  const { path, message } = oversize;
  context.addIssue({ code: 'custom', path: [...path], message });
});

export type Config = z.output<typeof ConfigTree>;

/** Mappings that may name a file, and the key their operator reads instead. */
export const tableFiles: readonly TableFile[] = [
  { at: ['enrich', 'tables', '*'], rows: 'rows' },
  { at: ['correlate', 'topology'], rows: 'edges' },
];
