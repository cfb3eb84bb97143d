import { z } from 'zod';

const count = (value: number, most: number, what: string) =>
  z.number().int().positive().max(most).default(value).describe(what);

/** Time spans of the runtime stay under an hour: more is a slip of the unit. */
const spanMs = (value: number, what: string) =>
  z.number().int().positive().max(3_600_000).default(value).describe(what);

export const BrokerConfig = z.strictObject({
  kind: z.literal('embedded').default('embedded').describe('Where the log lives: inside this process.'),
  rawPartitions: count(4, 4096, 'Partitions of alerts.raw.v1: how wide REDUCE can run.'),
  reducedPartitions: count(
    4,
    4096,
    'Partitions of alerts.reduced.v1 and of every output topic: how wide RELATE can run.',
  ),
});

export const StateConfig = z.strictObject({
  kind: z
    .literal('memory')
    .default('memory')
    .describe('Where checkpoints live: in this process, lost when it ends.'),
});

export const RegistryConfig = z.strictObject({
  kind: z.literal('embedded').default('embedded').describe('Where Avro schemas are kept: in this process.'),
});

export const graphNames = ['reduce', 'relate', 'warehouse'] as const;

export const WorkerConfig = z.strictObject({
  graphs: z
    .array(z.enum(graphNames))
    .min(1)
    .default([...graphNames])
    .describe('Graphs that this process runs.'),
  heartbeatMs: spanMs(1_000, 'A REDUCE shard states at least this often up to when its log is complete.'),
  clockSlackMs: z
    .number()
    .int()
    .min(0)
    .max(60_000)
    .default(500)
    .describe('How far the clock of the broker may step back without a window closing too early.'),
  flushIdleMs: spanMs(
    30_000,
    'A REDUCE shard without records for this long states what it holds of open cells.',
  ),
  checkpointEveryMs: spanMs(
    5_000,
    'Time between two checkpoints of a shard: what a restart works through again.',
  ),
  batchRecords: count(500, 100_000, 'Records that a shard takes at once.'),
  batchBytes: count(262_144, 67_108_864, 'Bytes that a shard takes at once; one record is always taken.'),
});

export const LogConfig = z.strictObject({
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least level that is written to the log.'),
});
