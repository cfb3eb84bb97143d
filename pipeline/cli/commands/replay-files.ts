import { resolve } from 'node:path';
import { TocsinError } from '../../../schemas/errors.ts';
import type { Config } from '../../config/index.ts';
import { paceOf, type ReplayOptions, replay, wallUntil } from '../../replay/index.ts';
import type { Warehouse } from '../../warehouse/index.ts';
import type { GraphName } from '../../worker/index.ts';
import { type Invocation, optionText, type Run } from '../command.ts';
import { readConfig } from '../config-file.ts';
import { exitCodes } from '../exit-code.ts';
import { graphsOf } from '../graphs-option.ts';
import type { Io } from '../io.ts';
import { json } from '../print.ts';
import { progressOn } from '../progress.ts';
import { speedOf, wholeNumber } from '../speed-option.ts';
import { summaryText } from './replay-summary.ts';

/** Virtual time moves in steps of this length: the grid of a worker's heartbeats in a replay. */
const tickMs = 10_000;

/**
 * Virtual time between two checkpoints, and wall time between two inserts of a batch that is not full. Nobody ever restores
 * these checkpoints, and they took a tenth of a run; a small insert costs the engine as much as a large one.
 */
const seldomMs = 3_600_000;

export const run: Run = async (invocation, io) => {
  const asked = askedFor(invocation);
  const config = await readConfig(optionText(invocation, 'config'), io);
  const options = optionsOf(asked, config, io);
  const store = asked.graphs.includes('warehouse') ? await openStore(config, io) : null;
  const progress = progressOn(io);
  const pace = asked.speed === null ? null : paceOf(asked.speed, wallUntil(io.interrupted));
  const summary = await replay({
    ...options,
    ...(store === null
      ? {}
      : { warehouse: { store, config: { ...config.warehouse.sink, flushMs: seldomMs } } }),
    onRetry: (detail) => io.stderr.write(`the warehouse is tried again: ${detail}\n`),
    onTick: async (tick, { fed, records }) => {
      progress.show(fed, records);
      // Behind the last record there is nothing to watch but windows that close, some of them days later.
      const isPaced = pace !== null && fed < records;
      return (!isPaced || (await pace(tick))) && !io.interrupted.aborted;
    },
  }).finally(async () => {
    progress.clear();
    await store?.close();
  });
  if (summary === null) {
    io.stderr.write('interrupted: what was written is not complete\n');
    return exitCodes.interrupted;
  }
  io.stdout.write(invocation.output === 'json' ? json(summary) : summaryText(summary));
  return exitCodes.done;
};

/** Loaded only when it takes part: the engine is large. */
async function openStore(config: Config, io: Io): Promise<Warehouse> {
  // Its insert tokens name places in a log, and the log of a replay has the same names as the one of the workers.
  if (config.warehouse.engine === 'clickhouse')
    throw usage('--warehouse stores in this process only; `warehouse.engine: clickhouse` is for workers');
  const { openWarehouse } = await import('../../warehouse/index.ts');
  return openWarehouse(config.warehouse, (line) => io.stderr.write(`${line}\n`));
}

/** What the command line asks for, checked before anything is read. */
interface Asked {
  readonly files: readonly string[];
  readonly format: string;
  readonly out: string | undefined;
  /** Virtual over wall time; null for as fast as it goes. */
  readonly speed: number | null;
  readonly partitions: number;
  readonly graphs: readonly GraphName[];
}

function askedFor(invocation: Invocation): Asked {
  const text = (name: string, otherwise: string) => optionText(invocation, name) ?? otherwise;
  const named = graphsOf(text('graphs', 'reduce,relate'));
  const graphs: readonly GraphName[] =
    invocation.options['warehouse'] === true ? [...new Set([...named, 'warehouse' as const])] : named;
  // The logs live in this process and begin empty: a graph without the one before it would wait for ever.
  if (!graphs.includes('reduce'))
    throw usage('--graphs: a replay begins with reduce; relate reads what it states');
  if (graphs.includes('warehouse') && !graphs.includes('relate'))
    throw usage('--warehouse: there is nothing to store without relate; add it to --graphs');
  return {
    files: invocation.args,
    format: text('format', 'auto'),
    out: optionText(invocation, 'out'),
    speed: speedOf(text('speed', 'max')),
    partitions: wholeNumber('--partitions', text('partitions', '1'), [1, 1024]),
    graphs,
  };
}

function optionsOf({ files, out, ...asked }: Asked, config: Config, io: Io): ReplayOptions {
  return {
    files: files.map((name) => ({ name, path: resolve(io.cwd, name) })),
    format: asked.format,
    operators: config,
    settings: { ...config.worker, checkpointEveryMs: Math.max(config.worker.checkpointEveryMs, seldomMs) },
    graphs: asked.graphs,
    rawPartitions: asked.partitions,
    reducedPartitions: asked.partitions,
    tickMs,
    say: (line) => io.stderr.write(`${line}\n`),
    ...(out === undefined ? {} : { out: resolve(io.cwd, out) }),
  };
}

function usage(detail: string): TocsinError {
  return new TocsinError('usage.invalid', detail);
}
