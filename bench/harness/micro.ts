import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Bench } from 'tinybench';
import { allocating } from './allocation.ts';
import { cpuUs } from './cpu.ts';
import type { RowDraft } from './row.ts';

/** Something small that is measured by doing it again and again. */
export interface Micro {
  readonly name: string;
  readonly note?: string;
  /** Of one time. */
  readonly unit: `µs CPU per ${string}`;
  /** How often `run` does what the row is about. */
  readonly times: number;
  /** Before each run, not measured: whatever `run` uses up is made anew. */
  readonly prepare?: () => void;
  run(): void;
}

/** V8 frees what it has collected on threads of its own, whose CPU would be put down to the next run. */
const sweptAfterMs = 50;

/**
 * tinybench on the CPU clock of the process. Garbage of one run is collected before the next one: each pays for what it makes,
 * as far as V8 collects it meanwhile.
 */
export async function measureMicros(micros: readonly Micro[], runs: number): Promise<readonly RowDraft[]> {
  const bench = new Bench({
    ...{ now: () => cpuUs() / 1_000, iterations: runs, time: 0, warmupIterations: 3, warmupTime: 0 },
    ...{ retainSamples: true, throws: true, concurrency: null },
  });
  const collect = collector();
  for (const { name, prepare, run } of micros) {
    const beforeEach = async () => {
      prepare?.();
      collect();
      await setTimeout(sweptAfterMs);
    };
    bench.add(name, run, { beforeEach, async: false });
  }
  await bench.run();
  const rows: RowDraft[] = [];
  for (const micro of micros) {
    const { name, note = '', unit, times } = micro;
    const samples = samplesOf(bench, name).map((ms) => (1_000 * ms) / times);
    rows.push({ name, note, unit, samples }, await allocatedBy(micro, Math.ceil(runs / 3)));
  }
  return rows;
}

/** In passes of their own, when the CPU has been measured and everything is compiled. */
async function allocatedBy({ name, unit, times, prepare, run }: Micro, passes: number): Promise<RowDraft> {
  const samples: number[] = [];
  for (let pass = 0; pass < passes; pass += 1) {
    prepare?.();
    samples.push((await allocating(run)).bytes / times);
  }
  return { name, unit: allocationUnitOf(unit), samples };
}

export function allocationUnitOf(unit: Micro['unit']): string {
  return unit.replace('µs CPU', 'bytes allocated');
}

function samplesOf(bench: Bench, name: string): readonly number[] {
  const result = bench.getTask(name)?.result;
  if (result?.state !== 'completed' || result.latency.samples === undefined)
    throw new Error(`${name} was not measured: ${result?.state}`);
  return result.latency.samples;
}

/** V8's full collection, which scripts get no other way without a flag of the process. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
}
