/**
 * One, two and four workers drain the same load: what an alert costs, and how evenly the work falls. The load is poured in
 * while they work, so costs can be compared with those of other benches, and rates cannot.
 * npx tsx bench/scale/main.ts [alerts] [graphs]. Prints the table of bench/results/scale.md.
 */
import { setTimeout } from 'node:timers/promises';
import { commandOf } from '../command-line.ts';
import { loadOf } from '../peers/workload.ts';
import { BenchGround } from '../pipeline/ground.ts';
import { cpuMsOf, peakMiBOf } from '../pipeline/process-cpu.ts';
import { conditions, tableRow } from '../pipeline/tables.ts';
import { recordsLeft, Worker } from '../pipeline/worker.ts';

const [alertsText = '1000000', graphsText = 'reduce,relate,warehouse'] = process.argv.slice(2);
const alerts = Number(alertsText);
const graphs = graphsText.split(',');
const fleets = [1, 2, 4];
/** Lags are looked at by the worker itself, every five seconds; for that long nothing may be left. */
const settledMs = 10_000;

interface Scaled {
  readonly workers: number;
  readonly wallMs: number;
  readonly cpuMs: readonly number[];
  readonly peakMiB: readonly number[];
  /** Alerts that each took in. */
  readonly entered: readonly number[];
}

/** The workers are there, and have shared the partitions, before there is anything to do. */
async function drainAmong(bench: BenchGround, workers: number): Promise<Scaled> {
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

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const list = (values: readonly number[], digits = 0) =>
  values.map((value) => value.toLocaleString('en-US', { maximumFractionDigits: digits })).join(' · ');

function lineOf({ workers, wallMs, cpuMs, entered, peakMiB }: Scaled): string {
  const perAlert = (1_000 * sum(cpuMs)) / alerts;
  const perSecond = (1_000 * alerts) / wallMs;
  return tableRow([
    ...[
      String(workers),
      perSecond.toLocaleString('en-US', { maximumFractionDigits: 0 }),
      perAlert.toFixed(1),
    ],
    ...[
      list(
        cpuMs.map((ms) => ms / 1_000),
        1,
      ),
      list(entered),
      list(peakMiB),
    ],
  ]);
}

const bench = await BenchGround.prepare();
const lines: string[] = [];
try {
  for (const workers of fleets) {
    const scaled = await drainAmong(bench, workers);
    process.stderr.write(`${JSON.stringify(scaled)}\n`);
    lines.push(lineOf(scaled));
  }
} finally {
  await bench.close();
}
const head = [
  'workers',
  'alerts/s, with the load beside it',
  'CPU µs/alert, all workers',
  'CPU s of each',
  'alerts of each',
  'peak MiB of each',
];
const command = commandOf('bench/scale/main.ts');
process.stdout.write(
  `${conditions(command)}\n${[tableRow(head), `|${'---|'.repeat(head.length)}`, ...lines].join('\n')}\n`,
);
process.exit(0);
