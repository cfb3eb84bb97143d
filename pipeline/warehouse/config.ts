import { z } from 'zod';
import { isDatabaseName } from '../../schemas/clickhouse/index.ts';
import { Certificates, httpsWanted, isTlsUsed, secret, WebAddress } from '../access/index.ts';

const count = (value: number, what: string, most = Number.MAX_SAFE_INTEGER) =>
  z.number().int().positive().max(most).default(value).describe(what);

export const SinkConfig = z
  .object({
    batchRows: count(30_000, 'Records of one partition that are inserted at once.', 100_000),
    batchBytes: count(16_777_216, 'Most bytes of records in one insert, as the log holds them.'),
    flushMs: count(1_000, 'A record waits at most this long for its batch to fill.'),
    retryMinMs: count(100, 'Pause after the first failed insert; doubles with each further one.'),
    retryMaxMs: count(30_000, 'Longest pause between two attempts.'),
  })
  .strict();
export type SinkConfig = z.infer<typeof SinkConfig>;

const shared = {
  database: z
    .string()
    .refine(isDatabaseName, 'a plain identifier: letters, digits and _')
    .default('tocsin')
    .describe('Name of the database.'),
  sink: SinkConfig.prefault({}),
};

const InProcess = z.strictObject({
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
  ...shared,
});

const Server = z
  .strictObject({
    engine: z.literal('clickhouse').describe('clickhouse: a ClickHouse server over HTTP.'),
    url: WebAddress.describe('Address of its HTTP interface, with the path of a proxy where there is one.'),
    user: z.string().min(1).default('default'),
    password: secret().exactOptional(),
    tls: Certificates.exactOptional(),
    timeoutMs: count(60_000, 'How long one call may take; an insert waits for its roll-ups.', 3_600_000),
    autoMigrate: z
      .boolean()
      .default(false)
      .describe('Whether a worker makes missing tables; else run `tocsin clickhouse apply`.'),
    ...shared,
  })
  .refine(isTlsUsed, httpsWanted)
  // The client takes a certificate of its own only together with the authorities to trust.
  .refine(
    ({ tls }) => tls === undefined || tls.ca !== undefined,
    '`tls` needs `ca` here; without `tls` the system’s authorities are trusted',
  );

export const WarehouseConfig = z.discriminatedUnion('engine', [InProcess, Server]);
export type WarehouseConfig = z.output<typeof WarehouseConfig>;
