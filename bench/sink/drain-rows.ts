import { setTimeout } from 'node:timers/promises';
import type { BenchGround } from '../pipeline/ground.ts';
import { cpuMsOf } from '../pipeline/process-cpu.ts';
import { Worker } from '../pipeline/worker.ts';
import { endless, type Output, take } from './outputs.ts';
import { astray, rowsWanted } from './rows-wanted.ts';
import { StoredWatch } from './stored-watch.ts';

export const lookEveryMs = 200;
export const recordsPerSend = 1_000;

/** A worker that only stores. */
export function startSink(bench: BenchGround, run: string): Worker {
  const configFile = bench.writeConfig(run, { worker: { graphs: ['warehouse'] } });
  return new Worker({ name: run, folder: bench.ground.folder, configFile });
}

export interface DrainedRows {
  readonly rows: number;
  readonly perSecond: number;
  readonly workerUs: number;
  readonly engineUs: number;
  /** Rows beyond or below those wanted, once all were stored. */
  readonly rowsAstray: number;
}

/** Everything is there before the worker starts; counted from its first insert to its last. */
export async function drainRows(bench: BenchGround, outputs: readonly Output[]): Promise<DrainedRows> {
  const run = await bench.nextRun();
  const rows = 3 * outputs.length;
  const source = endless(outputs, bench.ground.schemaIds);
  const producer = bench.ground.broker.producer();
  for (let sent = 0; sent < rows; sent += recordsPerSend)
    await producer.send(take(source, Math.min(recordsPerSend, rows - sent)));
  const watch = new StoredWatch(bench, run);
  const engine = bench.pidOf('clickhouse');
  const worker = startSink(bench, run);
  try {
    let begun = { at: performance.now(), stored: 0, workerMs: 0, engineMs: cpuMsOf(engine) };
    for (;;) {
      await setTimeout(lookEveryMs);
      const { stored, left } = await watch.look();
      const now = { at: performance.now(), stored, workerMs: cpuMsOf(worker.pid), engineMs: cpuMsOf(engine) };
      if (stored === 0) begun = now;
      if (left > 0) continue;
      const counted = stored - begun.stored;
      return {
        rows,
        perSecond: (1_000 * counted) / (now.at - begun.at),
        workerUs: (1_000 * (now.workerMs - begun.workerMs)) / counted,
        engineUs: (1_000 * (now.engineMs - begun.engineMs)) / counted,
        rowsAstray: astray(rowsWanted(outputs, rows), await bench.rowsOf(run)),
      };
    }
  } finally {
    await worker.stop();
    await watch.close();
  }
}
