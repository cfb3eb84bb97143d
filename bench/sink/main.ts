/**
 * What WAREHOUSE stores: how fast it drains real outputs, and how it comes back from an outage of a minute while outputs go
 * on at a steady rate. npx tsx bench/sink/main.ts [--alerts N] [--rows-per-second N] [--rounds N]
 * Progress goes to stderr, the table of bench/results/sink.md to stdout. Exit code 64: usage.
 */
import { parseArgs } from 'node:util';
import { argumentsOr, commandOf, countOf } from '../command-line.ts';
import { machineOf } from '../harness/machine.ts';
import { publish, publishing, publishingOf, publishingUsage } from '../harness/publish.ts';
import { tableOf } from '../harness/table.ts';
import { BenchGround } from '../pipeline/ground.ts';
import { drainRows } from './drain-rows.ts';
import { goThroughOutage } from './outage.ts';
import { outputsOf } from './outputs.ts';
import { rowsOf, type Stored } from './rows.ts';

const usual = { name: 'sink', rounds: 1, quick: '20000 alerts, 2000 rows a second' };

const usage = `usage: npx tsx bench/sink/main.ts [options]

  --alerts N        what the outputs are made of; default 300000
  --rows-per-second N
                    written around the outage; default 20000
${publishingUsage(usual)}`;

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: { alerts: { type: 'string' }, 'rows-per-second': { type: 'string' }, ...publishing },
  });
  const { quick } = values;
  return {
    ...publishingOf(values, usual),
    alerts: countOf(values.alerts ?? (quick ? '20000' : '300000')),
    rowsPerSecond: countOf(values['rows-per-second'] ?? (quick ? '2000' : '20000')),
  };
}

async function measure({
  alerts,
  rowsPerSecond,
  rounds,
}: ReturnType<typeof optionsOf>): Promise<readonly Stored[]> {
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
