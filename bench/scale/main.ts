/**
 * One, two and four workers drain the same load: what an alert costs, and how evenly the work falls. The load is poured in
 * while they work, so costs can be compared with those of other benches, and rates cannot.
 * npx tsx bench/scale/main.ts [--alerts N] [--graphs …] [--rounds N]. Progress goes to stderr, the table of
 * bench/results/scale.md to stdout. Exit code 64: usage.
 */
import { setTimeout } from 'node:timers/promises';
import { argumentsOr, commandOf } from '../command-line.ts';
import { machineOf } from '../harness/machine.ts';
import { publish } from '../harness/publish.ts';
import { loadOf } from '../peers/workload.ts';
import { BenchGround } from '../pipeline/ground.ts';
import { cpuMsOf, peakMiBOf } from '../pipeline/process-cpu.ts';
import { recordsLeft, Worker } from '../pipeline/worker.ts';
import { type Options, optionsOf, usage } from './options.ts';
import { rowsOf, type Scaled, tableOf } from './table.ts';

const fleets = [1, 2, 4];
/** Lags are looked at by the worker itself, every five seconds; for that long nothing may be left. */
const settledMs = 10_000;

/** The workers are there, and have shared the partitions, before there is anything to do. */
async function drainAmong(bench: BenchGround, workers: number, { alerts, graphs }: Options): Promise<Scaled> {
  await bench.empty('event');
  const run = await bench.nextRun();
  const configFile = bench.writeConfig(run, { worker: { graphs } });
  const { folder } = bench.ground;
  const fleet = Array.from(
    { length: workers },
    (_, i) => new Worker({ name: `${run}-${i}`, folder, configFile }),
  );
  try {
    await Promise.all(fleet.map((worker) => worker.started()));
    await setTimeout(settledMs);
    const startedAt = performance.now();
    const before = fleet.map(({ pid }) => cpuMsOf(pid));
    await bench.pour('avro', loadOf('steady', alerts, Date.now()));
    const { doneAt, cpuMs } = await untilDone(fleet);
    const scraped = await Promise.all(fleet.map((worker) => worker.scrape()));
    return {
      workers,
      alerts,
      wallMs: doneAt - startedAt,
      cpuMs: cpuMs.map((ms, i) => ms - (before[i] ?? 0)),
      entered: scraped.map((one) => one?.get('tocsin_alerts_entered_total') ?? 0),
      peakMiB: fleet.map(({ pid }) => peakMiBOf(pid)),
    };
  } finally {
    await Promise.all(fleet.map((worker) => worker.stop()));
  }
}

async function untilDone(
  fleet: readonly Worker[],
): Promise<{ readonly doneAt: number; readonly cpuMs: readonly number[] }> {
  let done: { readonly doneAt: number; readonly cpuMs: readonly number[] } | null = null;
  for (;;) {
    await setTimeout(500);
    if ((await leftOf(fleet)) > 0) done = null;
    else done ??= { doneAt: performance.now(), cpuMs: fleet.map(({ pid }) => cpuMsOf(pid)) };
    if (done !== null && performance.now() - done.doneAt > settledMs) return done;
  }
}

/** Records that are left to all of them together; more than none while one does not answer or knows no lag yet. */
async function leftOf(fleet: readonly Worker[]): Promise<number> {
  const all = await Promise.all(fleet.map((worker) => worker.scrape()));
  return all.reduce((sum, scraped) => sum + (scraped === null ? 1 : (recordsLeft(scraped) ?? 1)), 0);
}

async function measure(options: Options): Promise<readonly Scaled[]> {
  const bench = await BenchGround.prepare();
  const found: Scaled[] = [];
  try {
    for (let round = 1; round <= options.rounds; round += 1)
      for (const workers of fleets) {
        const scaled = await drainAmong(bench, workers, options);
        process.stderr.write(`${JSON.stringify(scaled)}\n`);
        found.push(scaled);
      }
    return found;
  } finally {
    await bench.close();
  }
}

const options = argumentsOr(usage, optionsOf);
const machine = machineOf(commandOf('bench/scale/main.ts'), new Date());
const found = await measure(options);
publish({ machine, rows: rowsOf(found), tables: tableOf(found) }, options);
process.exit(0);
