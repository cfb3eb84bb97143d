import { z } from 'zod';
import { isDatabaseName } from '../../schemas/clickhouse/index.ts';

const count = (value: number, what: string, most = Number.MAX_SAFE_INTEGER) =>
  z.number().int().positive().max(most).default(value).describe(what);

export const SinkConfig = z
  .object({
    batchRows: count(10_000, 'Records of one partition that are inserted at once.', 100_000),
    batchBytes: count(16_777_216, 'Most bytes of records in one insert, as the log holds them.'),
    flushMs: count(1_000, 'A record waits at most this long for its batch to fill.'),
    retryMinMs: count(100, 'Pause after the first failed insert; doubles with each further one.'),
    retryMaxMs: count(30_000, 'Longest pause between two attempts.'),
  })
  .strict();
export type SinkConfig = z.infer<typeof SinkConfig>;

export const WarehouseConfig = z
  .object({
    engine: z
      .enum(['auto', 'chdb', 'memory'])
      .default('auto')
      .describe(
        'chdb: ClickHouse inside this process. memory: counts only, no SQL. auto: chdb where it is installed, else memory.',
      ),
    path: z
      .string()
      .min(1)
      .default('.tocsin/warehouse')
      .describe('Data directory of chdb, relative to the working directory. One process at a time.'),
    database: z
      .string()
      .refine(isDatabaseName, 'a plain identifier: letters, digits and _')
      .default('tocsin')
      .describe('Name of the database.'),
    sink: SinkConfig.prefault({}),
  })
  .strict();
export type WarehouseConfig = z.infer<typeof WarehouseConfig>;
