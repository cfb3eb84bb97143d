import { setTimeout } from 'node:timers/promises';
import type { BenchGround } from '../pipeline/ground.ts';
import { lookEveryMs, recordsPerSend, startSink } from './drain-rows.ts';
import { endless, type Output, take } from './outputs.ts';
import { astray, rowsWanted } from './rows-wanted.ts';
import { StoredWatch } from './stored-watch.ts';

export const outageMs = 60_000;
const beforeMs = 15_000;
const afterMs = 15_000;

export interface Outage {
  readonly mostLeft: number;
  /** From when the engine was back until no more was left than is written in a second; null where that never came. */
  readonly caughtUpAfterMs: number | null;
  /** Once nothing was written any more: records that no commit of the group covers, and rows beyond or below those wanted. */
  readonly leftAtEnd: number;
  readonly rowsAstray: number;
}

/** Outputs go on while the engine is away. */
export async function goThroughOutage(
  bench: BenchGround,
  outputs: readonly Output[],
  rowsPerSecond: number,
): Promise<Outage> {
  const run = await bench.nextRun();
  const watch = new StoredWatch(bench, run);
  const worker = startSink(bench, run);
  const over = new AbortController();
  await worker.started();
  const writing = writeSteadily(bench, { outputs, rowsPerSecond, over: over.signal });
  const { services } = bench.ground;
  try {
    await setTimeout(beforeMs);
    await services.kill('clickhouse');
    await setTimeout(outageMs);
    const { left: mostLeft } = await watch.look();
    await services.up('clickhouse');
    const backAt = performance.now();
    const isCaughtUp = await comesDownTo(watch, rowsPerSecond);
    const caughtUpAfterMs = isCaughtUp ? performance.now() - backAt : null;
    await setTimeout(afterMs);
    over.abort();
    const written = await writing;
    await comesDownTo(watch, 0);
    const { left: leftAtEnd } = await watch.look();
    const rowsAstray = astray(rowsWanted(outputs, written), await bench.rowsOf(run));
    return { mostLeft, caughtUpAfterMs, leftAtEnd, rowsAstray };
  } finally {
    over.abort();
    await writing;
    await worker.stop();
    await watch.close();
  }
}

/** Whether no more was left, within ten times the outage. */
async function comesDownTo(watch: StoredWatch, records: number): Promise<boolean> {
  const startedAt = performance.now();
  while ((await watch.look()).left > records) {
    if (performance.now() - startedAt > 10 * outageMs) return false;
    await setTimeout(lookEveryMs);
  }
  return true;
}

interface Writing {
  readonly outputs: readonly Output[];
  readonly rowsPerSecond: number;
  readonly over: AbortSignal;
}

/** Returns how many were written. */
async function writeSteadily(bench: BenchGround, { outputs, rowsPerSecond, over }: Writing): Promise<number> {
  const source = endless(outputs, bench.ground.schemaIds);
  const producer = bench.ground.broker.producer();
  const startedAt = performance.now();
  let sent = 0;
  while (!over.aborted) {
    const due = Math.floor(((performance.now() - startedAt) * rowsPerSecond) / 1_000) - sent;
    await producer.send(take(source, Math.min(due, recordsPerSend)));
    sent += Math.min(due, recordsPerSend);
    if (due < recordsPerSend) await setTimeout(20);
  }
  return sent;
}
