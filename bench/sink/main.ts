/**
 * What WAREHOUSE stores: how fast it drains real outputs, and how it comes back from an outage of a minute while outputs go
 * on at a steady rate. npx tsx bench/sink/main.ts [--alerts N] [--rows-per-second N] [--rounds N]
 * Progress goes to stderr, the table of bench/results/sink.md to stdout. Exit code 64: usage.
 */
import { argumentsOr, commandOf } from '../command-line.ts';
import { machineOf } from '../harness/machine.ts';
import { publish } from '../harness/publish.ts';
import { tableOf } from '../harness/table.ts';
import { BenchGround } from '../pipeline/ground.ts';
import { drainRows } from './drain-rows.ts';
import { type Options, optionsOf, usage } from './options.ts';
import { goThroughOutage } from './outage.ts';
import { outputsOf } from './outputs.ts';
import { rowsOf, type Stored } from './rows.ts';

async function measure({ alerts, rowsPerSecond, rounds }: Options): Promise<readonly Stored[]> {
  const bench = await BenchGround.prepare();
  const found: Stored[] = [];
  try {
    const outputs = await outputsOf(bench, alerts);
    process.stderr.write(`${outputs.length} outputs of ${alerts} alerts\n`);
    for (let round = 1; round <= rounds; round += 1) {
      const drained = await drainRows(bench, outputs);
      const away = await goThroughOutage(bench, outputs, rowsPerSecond);
      process.stderr.write(`${JSON.stringify({ drained, away })}\n`);
      found.push({ drained, away });
    }
    return found;
  } finally {
    await bench.close();
  }
}

const options = argumentsOr(usage, optionsOf);
const machine = machineOf(commandOf('bench/sink/main.ts'), new Date());
const rows = rowsOf(await measure(options), options.rowsPerSecond);
publish({ machine, rows, tables: tableOf(rows) }, options);
process.exit(0);
