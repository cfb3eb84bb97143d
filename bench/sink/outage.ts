import { setTimeout } from 'node:timers/promises';
import type { BenchGround } from '../pipeline/ground.ts';
import { lookEveryMs, recordsPerSend, startSink } from './drain-rows.ts';
import { endless, type Output, take } from './outputs.ts';
import { StoredWatch } from './stored-watch.ts';

export const outageMs = 60_000;
const beforeMs = 15_000;
const afterMs = 15_000;

export interface Outage {
  readonly mostLeft: number;
  /** From when the engine was back until no more was left than is written in a second; infinite where that never came. */
  readonly caughtUpAfterMs: number;
  /** Once nothing was written any more: what no commit of the group covers, and rows beyond or below those written. */
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
  const { stored: storedBefore, left: leftBefore } = await watch.look();
  const rowsBefore = await bench.rowsOf(run);
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
    const caughtUpAfterMs = isCaughtUp ? performance.now() - backAt : Number.POSITIVE_INFINITY;
    await setTimeout(afterMs);
    over.abort();
    await writing;
    await comesDownTo(watch, 0);
    const { stored, left: leftAtEnd } = await watch.look();
    const written = stored + leftAtEnd - storedBefore - leftBefore;
    return {
      mostLeft,
      caughtUpAfterMs,
      leftAtEnd,
      rowsAstray: (await bench.rowsOf(run)) - rowsBefore - written,
    };
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

async function writeSteadily(bench: BenchGround, { outputs, rowsPerSecond, over }: Writing): Promise<void> {
  const source = endless(outputs, bench.ground.schemaIds);
  const producer = bench.ground.broker.producer();
  const startedAt = performance.now();
  for (let sent = 0; !over.aborted; ) {
    const due = Math.floor(((performance.now() - startedAt) * rowsPerSecond) / 1_000) - sent;
    await producer.send(take(source, Math.min(due, recordsPerSend)));
    sent += Math.min(due, recordsPerSend);
    if (due < recordsPerSend) await setTimeout(20);
  }
}
