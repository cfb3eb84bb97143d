import { resolve } from 'node:path';
import { TocsinError } from '../../../schemas/errors.ts';
import type { Config } from '../../config/index.ts';
import { formatNames, type ReplayOptions, type ReplaySummary, replay } from '../../replay/index.ts';
import type { Warehouse } from '../../warehouse/index.ts';
import { type GraphName, graphNames } from '../../worker/index.ts';
import { type Invocation, optionText, type Run } from '../command.ts';
import { readConfig } from '../config-file.ts';
import { exitCodes } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { json, number, percent, table } from '../print.ts';

/** Virtual time moves in steps of this length: the grid of a worker's heartbeats in a replay. */
const tickMs = 10_000;

export const run: Run = async (invocation, io) => {
  const config = await readConfig(optionText(invocation, 'config'), io);
  const options = optionsOf(invocation, config, io);
  const store = options.graphs.includes('warehouse') ? await openStore(config, io) : null;
  const stored = store === null ? {} : { warehouse: { store, config: config.warehouse.sink } };
  const summary = await replay({ ...options, ...stored }).finally(() => store?.close());
  io.stdout.write(invocation.output === 'json' ? json(summary) : summaryText(summary));
  return exitCodes.done;
};

/** Loaded only when it takes part: the engine is large. */
async function openStore(config: Config, io: Io): Promise<Warehouse> {
  const { openWarehouse } = await import('../../warehouse/index.ts');
  return openWarehouse(config.warehouse, (line) => io.stderr.write(`${line}\n`));
}

function optionsOf(invocation: Invocation, config: Config, io: Io): ReplayOptions {
  const out = optionText(invocation, 'out');
  const speed = speedOf(optionText(invocation, 'speed') ?? 'max');
  const partitions = wholeNumber('--partitions', optionText(invocation, 'partitions') ?? '1');
  const format = optionText(invocation, 'format') ?? 'auto';
  if (!formatNames.includes(format)) throw usage(`--format ${format}: use one of ${formatNames.join(', ')}`);
  const graphs = graphsOf(optionText(invocation, 'graphs') ?? '');
  const takesWarehouse = invocation.options['warehouse'] === true && !graphs.includes('warehouse');
  return {
    files: invocation.args.map((file) => resolve(io.cwd, file)),
    format,
    // The files name their shape themselves; a mapping of the user's own still comes first.
    operators: { ...config, normalize: { ...config.normalize, presets: ['ait-ads'] } },
    settings: { ...config.worker, checkpointEveryMs: Math.max(config.worker.checkpointEveryMs, 60_000) },
    graphs: takesWarehouse ? [...graphs, 'warehouse'] : graphs,
    rawPartitions: partitions,
    reducedPartitions: partitions,
    tickMs,
    ...(out === undefined ? {} : { out: resolve(io.cwd, out) }),
    ...(speed === null ? {} : { speed }),
  };
}

function graphsOf(text: string): readonly GraphName[] {
  return text.split(',').map((word) => {
    const name = graphNames.find((each) => each === word.trim());
    if (name === undefined) throw usage(`--graphs ${word}: use some of ${graphNames.join(', ')}`);
    return name;
  });
}

function speedOf(text: string): number | null {
  if (text === 'max') return null;
  const factor = /^(\d+(?:\.\d+)?)x$/.exec(text)?.[1];
  if (factor === undefined || Number(factor) === 0)
    throw usage(`--speed ${text}: use max, or a factor such as 60x`);
  return Number(factor);
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1024) throw usage(`${option} ${text}: use 1 to 1024`);
  return value;
}

function usage(detail: string): TocsinError {
  return new TocsinError('usage.invalid', detail);
}

function summaryText(summary: ReplaySummary): string {
  const { alerts, passed, folded, suppressed, deadLettered } = summary;
  const share = (count: number | null) =>
    count === null ? ['not decided', ''] : [number(count), percent(count, alerts)];
  const rows = [
    ['alerts', number(alerts), ''],
    ['passed', ...share(passed)],
    ['folded', ...share(folded)],
    ['suppressed', ...share(suppressed)],
    ['dead-lettered', ...share(deadLettered)],
    ['incidents', summary.incidents === null ? 'not decided' : number(summary.incidents), ''],
    ['a 5-minute window alone', number(summary.notificationsWithout), 'would have been sent'],
  ];
  const speed = `${number(summary.records)} records in ${number(summary.seconds)} s: ${number(summary.alertsPerSecond)} alerts/s, ${number(summary.peakRssBytes / 1e6, 0)} MB\n`;
  return table([{ title: '' }, { title: '', align: 'right' }, { title: '' }], rows) + speed;
}
