/**
 * From when an alert was due until a reader has what is told of it, on real services, in an open loop:
 * npx tsx bench/latency/main.ts [--rates 1000,10000,50000] [--seconds 60] [--graphs …] [--modes …] [--during …] [--rounds N]
 * Progress goes to stderr, the table of bench/results/latency.md to stdout. Exit code 64: usage.
 */
import { parseArgs } from 'node:util';
import type { DeliveryMode } from '../../test/chaos/verify/verify.ts';
import { argumentsOr, commandOf, countOf, oneOf } from '../command-line.ts';
import { machineOf } from '../harness/machine.ts';
import { publish, publishing, publishingOf, publishingUsage } from '../harness/publish.ts';
import { targetsOf } from '../harness/table.ts';
import { BenchGround } from '../pipeline/ground.ts';
import { type Disturbance, disturbances } from './disturb.ts';
import { rowsOf } from './rows.ts';
import { measureRaw, measureTold } from './run.ts';
import { deliveryModes, type GraphSet, graphSets, type Measured, tableOf } from './table.ts';

const usual = { name: 'latency', rounds: 1, quick: '1000 alerts a second for 20 seconds, undisturbed' };

const usage = `usage: npx tsx bench/latency/main.ts [options]

  --rates LIST    alerts a second; default 1000,10000,50000
  --seconds N     length of the load, of which the first ten do not count; default 60
  --graphs LIST   of ${graphSets.join(', ')}: the whole chain, or REDUCE alone; default all
  --modes LIST    of ${deliveryModes.join(', ')}; default both
  --during LIST   of ${disturbances.join(', ')}; all but none are measured at 10000 a second, or the only rate; default all
${publishingUsage(usual)}`;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rates: { type: 'string' },
      graphs: { type: 'string' },
      seconds: { type: 'string' },
      modes: { type: 'string' },
      during: { type: 'string' },
      ...publishing,
    },
  });
  const { quick } = values;
  const rates = (values.rates ?? (quick ? '1000' : '1000,10000,50000')).split(',').map(countOf);
  const during = values.during ?? (quick ? 'none' : disturbances.join(','));
  return {
    ...publishingOf(values, usual),
    rates,
    seconds: countOf(values.seconds ?? (quick ? '20' : '60')),
    graphs: (values.graphs ?? 'all').split(',').map((name) => oneOf(graphSets, name)),
    modes: (values.modes ?? deliveryModes.join(',')).split(',').map((name) => oneOf(deliveryModes, name)),
    during: during.split(',').map((name) => oneOf(disturbances, name)),
    disturbedRate: rates.find((rate) => rate === 10_000) ?? rates[0],
  };
}

async function measure({
  rates,
  seconds,
  graphs,
  modes,
  during,
  disturbedRate,
  rounds,
}: ReturnType<typeof optionsOf>): Promise<Measured[]> {
  const bench = await BenchGround.prepare();
  const rows: Measured[] = [];
  const note = (row: Measured) => {
    rows.push(row);
    say(JSON.stringify(row));
  };
  try {
    for (let round = 1; round <= rounds; round += 1)
      for (const perSecond of rates) {
        const of = { round, perSecond };
        const pace = { perSecond, seconds };
        note({ ...of, graphs: null, mode: null, what: 'none', found: await measureRaw(bench, pace) });
        const disturbed = during.filter((one) => one === 'none' || perSecond === disturbedRate);
        for (const told of casesOf(graphs, modes, disturbed))
          note({ ...of, ...told, found: await measureTold(bench, { ...pace, ...told }) });
      }
    return rows;
  } finally {
    await bench.close();
  }
}

function casesOf(
  graphs: readonly GraphSet[],
  modes: readonly DeliveryMode[],
  disturbed: readonly Disturbance[],
) {
  return graphs.flatMap((of) =>
    modes.flatMap((mode) => disturbed.map((what) => ({ graphs: of, mode, what }))),
  );
}

const options = argumentsOr(usage, optionsOf);
const machine = machineOf(commandOf('bench/latency/main.ts'), new Date());
const found = await measure(options);
const rows = rowsOf(found);
publish({ machine, rows, tables: `${tableOf(found)}${targetsOf(rows)}` }, options);
process.exit(0);
