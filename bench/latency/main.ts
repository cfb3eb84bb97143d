/**
 * From when an alert was due until a reader has what is told of it, on real services, in an open loop:
 * npx tsx bench/latency/main.ts [--rates 1000,10000,50000] [--seconds 60] [--graphs …] [--modes …] [--during …] [--quick]
 * Progress goes to stderr, the table of bench/results/latency.md to stdout. Exit code 64: usage.
 */
import { parseArgs } from 'node:util';
import { argumentsOr, commandOf, countOf, oneOf } from '../command-line.ts';
import { BenchGround } from '../pipeline/ground.ts';
import { conditions } from '../pipeline/tables.ts';
import { disturbances } from './disturb.ts';
import { measureRaw, measureTold } from './run.ts';
import { deliveryModes, graphSets, type Row, tableOf } from './table.ts';

const usage = `usage: npx tsx bench/latency/main.ts [options]

  --rates LIST    alerts a second; default 1000,10000,50000
  --seconds N     length of the load, of which the first ten do not count; default 60
  --graphs LIST   of ${graphSets.join(', ')}: the whole chain, or REDUCE alone; default all
  --modes LIST    of ${deliveryModes.join(', ')}; default both
  --during LIST   of ${disturbances.join(', ')}; all but none are measured at 10000 a second, or the only rate; default all
  --quick         1000 alerts a second for 20 seconds, undisturbed
`;

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
      quick: { type: 'boolean', default: false },
    },
  });
  const { quick } = values;
  const rates = (values.rates ?? (quick ? '1000' : '1000,10000,50000')).split(',').map(countOf);
  const during = values.during ?? (quick ? 'none' : disturbances.join(','));
  return {
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
}: ReturnType<typeof optionsOf>): Promise<Row[]> {
  const bench = await BenchGround.prepare();
  const rows: Row[] = [];
  const note = (row: Row) => {
    rows.push(row);
    say(JSON.stringify(row));
  };
  try {
    for (const perSecond of rates) {
      const pace = { perSecond, seconds };
      note({ perSecond, graphs: null, mode: null, what: 'none', found: await measureRaw(bench, pace) });
      const disturbed = during.filter((one) => one === 'none' || perSecond === disturbedRate);
      for (const of of graphs)
        for (const mode of modes)
          for (const what of disturbed) {
            const found = await measureTold(bench, { ...pace, graphs: of, mode, what });
            note({ perSecond, graphs: of, mode, what, found });
          }
    }
    return rows;
  } finally {
    await bench.close();
  }
}

const options = argumentsOr(usage, optionsOf);
const rows = await measure(options);
const command = commandOf('bench/latency/main.ts');
process.stdout.write(`${conditions(command)}\n${tableOf(rows)}`);
process.exit(0);
