import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { quantileSorted } from 'simple-statistics';
import type { DeliveryMode } from '../../test/chaos/verify/verify.ts';
import type { BenchGround } from '../pipeline/ground.ts';
import { type Disturbance, play } from './disturb.ts';
import type { PaceOrder } from './pace.ts';
import { type Reading, readRaw, readReduced, readTold } from './reader.ts';
import type { GraphSet, Quantiles } from './table.ts';

const paceEntry = fileURLToPath(new URL('pace.ts', import.meta.url));

/** Left out at the start: connections, compilation, and identities that are all new. */
const warmUpMs = 10_000;
/** What is still on its way when the load is over; more than the longest pause that a killed worker causes. */
const afterMs = 20_000;
/** Slow enough that somebody would notice. */
const slowMs = 1_000;

export interface Pace {
  readonly perSecond: number;
  readonly seconds: number;
}

export interface Told extends Pace {
  readonly graphs: GraphSet;
  readonly mode: DeliveryMode;
  readonly what: Disturbance;
}

/** The harness by itself: from when an alert was due until a reader of the raw topic has it. No worker runs. */
export async function measureRaw(bench: BenchGround, pace: Pace): Promise<Quantiles> {
  await bench.empty();
  const reading = await readRaw(bench.ground.broker);
  return quantilesOf(reading, () => publish(bench, pace));
}

/** From when an alert was due until a reader of the outputs has what is told (REDUCE alone: stated) of it first. */
export async function measureTold(
  bench: BenchGround,
  { graphs, mode, what, ...pace }: Told,
): Promise<Quantiles> {
  await bench.empty();
  const run = await bench.nextRun();
  const worker = graphs === 'all' ? {} : { worker: { graphs: [graphs] } };
  const configFile = bench.writeConfig(run, { delivery: mode, ...worker });
  const read = graphs === 'all' ? readTold : readReduced;
  const reading = await read(bench.ground.broker);
  return quantilesOf(reading, () =>
    play(what, { bench, run, configFile, seconds: pace.seconds }, async () => {
      await publish(bench, pace);
      await setTimeout(afterMs);
    }),
  );
}

async function publish({ brokers, ground }: BenchGround, pace: Pace): Promise<void> {
  const order: PaceOrder = { ...pace, brokers, rawSchema: ground.rawSchema };
  const args = ['--import', 'tsx', paceEntry, JSON.stringify(order)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const { failures } = JSON.parse(stdout) as { readonly failures: number };
  if (failures > 0) throw new Error(`${failures} alerts did not come into the log`);
}

async function quantilesOf(reading: Reading, act: () => Promise<void>): Promise<Quantiles> {
  try {
    await act();
    await setTimeout(500);
  } finally {
    await reading.stop();
  }
  const from = (reading.sights[0]?.dueAt ?? 0) + warmUpMs;
  const seen = reading.sights.filter(({ dueAt }) => dueAt >= from);
  if (seen.length === 0) throw new Error('the reader saw nothing');
  const sorted = seen.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  const at = (share: number) => quantileSorted(sorted, share);
  const slow = new Set(
    seen.filter(({ latencyMs }) => latencyMs > slowMs).map(({ dueAt }) => Math.floor(dueAt / 1_000)),
  );
  return {
    ...{ seen: seen.length, p50: at(0.5), p99: at(0.99), p999: at(0.999) },
    max: at(1),
    slowSeconds: slow.size,
  };
}
