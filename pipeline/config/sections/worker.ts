import { z } from 'zod';
import { count, spanMs } from './numbers.ts';

const graphNames = ['reduce', 'relate', 'warehouse'] as const;

export const Delivery = z
  .enum(['effectively-once', 'exactly-once'])
  .default('effectively-once')
  .describe(
    'effectively-once: after a crash outputs may come again, with the same content and position. exactly-once: outputs and offset in one Kafka transaction.',
  );

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
  maxChangedRows: count(
    200_000,
    10_000_000,
    'Changed rows of a shard that may wait for the state store; with more the shard takes in no records.',
  ),
  snapshotEveryMs: z
    .number()
    .int()
    .min(0)
    .max(86_400_000)
    .default(600_000)
    .describe(
      'How often RELATE writes what a shard is rebuilt from when its stored state is lost; 0 for never.',
    ),
  snapshotEveryRecords: count(
    200_000,
    1_000_000_000,
    'Sooner than that when a rebuild would have to work through so many records.',
  ),
  overload: z
    .enum(['block', 'shed'])
    .default('block')
    .describe(
      'block: what cannot be worked on waits in the log. shed: REDUCE puts what it is too far behind with into alerts.raw.v1.overflow.',
    ),
  shedLagRecords: count(
    1_000_000,
    1_000_000_000,
    'With `overload: shed`, records of one partition that may wait before the oldest are put aside.',
  ),
  maxDeadLetterShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe(
      'A REDUCE shard with more dead letters than this among its records stops and is not ready; 1 for never.',
    ),
  deadLetterWindow: count(1_000, 1_000_000, 'Records over which that share is taken.'),
  batchRecords: count(500, 100_000, 'Records that a shard of RELATE takes at once.'),
  batchBytes: count(262_144, 67_108_864, 'Bytes that it takes at once; one record is always taken.'),
  rawBatchRecords: count(2_000, 100_000, 'Records that a shard of REDUCE takes at once.'),
  rawBatchBytes: count(1_048_576, 67_108_864, 'Bytes that it takes at once; one record is always taken.'),
  startWithinMs: spanMs(60_000, 'How long a starting worker waits for neighbours that do not answer yet.'),
  stopWithinMs: spanMs(25_000, 'How long a worker may take to let go of everything after SIGTERM.'),
});

export const LogConfig = z.strictObject({
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least level that is written to the log.'),
});
