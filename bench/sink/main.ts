/**
 * What WAREHOUSE stores: how fast it drains real outputs, and how it comes back from an outage of a minute while outputs go
 * on at a steady rate. npx tsx bench/sink/main.ts [alerts that the outputs are made of] [rows a second]
 * Prints the table of bench/results/sink.md.
 */
import { commandOf } from '../command-line.ts';
import { BenchGround } from '../pipeline/ground.ts';
import { conditions, tableRow } from '../pipeline/tables.ts';
import { drainRows } from './drain-rows.ts';
import { goThroughOutage, outageMs } from './outage.ts';
import { outputsOf } from './outputs.ts';

const [alerts = 300_000, rowsPerSecond = 20_000] = process.argv.slice(2).map(Number);
const shown = (value: number, digits = 0) => value.toLocaleString('en-US', { maximumFractionDigits: digits });

const bench = await BenchGround.prepare();
try {
  const outputs = await outputsOf(bench, alerts);
  process.stderr.write(`${outputs.length} outputs of ${alerts} alerts\n`);
  const drained = await drainRows(bench, outputs);
  process.stderr.write(`${JSON.stringify(drained)}\n`);
  const away = await goThroughOutage(bench, outputs, rowsPerSecond);
  const command = commandOf('bench/sink/main.ts');
  const lines = [
    conditions(command),
    tableRow(['what', 'found']),
    '|---|---|',
    tableRow([
      `rows/s, draining ${shown(drained.rows)} records of all five output topics`,
      shown(drained.perSecond),
    ]),
    tableRow(['CPU µs per row: worker', shown(drained.workerUs, 1)]),
    tableRow(['CPU µs per row: engine', shown(drained.engineUs, 1)]),
    tableRow([
      `left after ${outageMs / 1_000} s without the engine, at ${shown(rowsPerSecond)} rows/s`,
      shown(away.mostLeft),
    ]),
    tableRow(['caught up after, s', shown(away.caughtUpAfterMs / 1_000, 1)]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
} finally {
  await bench.close();
}
process.exit(0);
