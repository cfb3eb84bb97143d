/**
 * From when an alert was due until a reader has what is told of it, on real services, in an open loop:
 * npx tsx bench/latency/main.ts [--rates 1000,10000,50000] [--seconds 60] [--graphs …] [--modes …] [--during …] [--rounds N]
 * Progress goes to stderr, the table of bench/results/latency.md to stdout. Exit code 64: usage.
 */
import type { DeliveryMode } from '../../test/chaos/verify/verify.ts';
import { argumentsOr, commandOf } from '../command-line.ts';
import { machineOf } from '../harness/machine.ts';
import { publish } from '../harness/publish.ts';
import { targetsOf } from '../harness/table.ts';
import { BenchGround } from '../pipeline/ground.ts';
import type { Disturbance } from './disturb.ts';
import { type Options, optionsOf, usage } from './options.ts';
import { rowsOf } from './rows.ts';
import { measureRaw, measureTold } from './run.ts';
import { type GraphSet, type Measured, tableOf } from './table.ts';

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function measure({
  rates,
  seconds,
  graphs,
  modes,
  during,
  disturbedRate,
  rounds,
}: Options): Promise<Measured[]> {
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
