import { setTimeout } from 'node:timers/promises';
import type { GraphName } from '../../pipeline/worker/index.ts';
import type { Taken } from '../peers/peer.ts';
import type { BenchGround } from './ground.ts';
import { cpuMsOf, peakMiBOf } from './process-cpu.ts';
import { recordsLeft, type Scraped, Worker } from './worker.ts';

export interface DrainOrder {
  readonly graphs: readonly GraphName[];
  readonly alerts: number;
  readonly mode: 'effectively-once' | 'exactly-once';
  readonly nodeArgs?: readonly string[];
}

export interface Drained extends Taken {
  /** What the worker counted last, after everything has been told. */
  readonly last: Scraped;
}

/** One look at the worker. */
interface Sample {
  readonly alerts: number;
  /** Events that came into and out of operators: they stop when there is nothing left to do. */
  readonly events: number;
  readonly left: number | null;
  readonly cpuMs: number;
  readonly at: number;
}

const lookEveryMs = 500;
/** With nothing but heartbeats for this long, it is over. */
const quietMs = 6_000;

/** One worker process drains what the raw topic holds, from nothing. It has ended when the answer is there. */
export async function drainWith(bench: BenchGround, run: string, order: DrainOrder): Promise<Drained> {
  const { graphs, mode, nodeArgs = [] } = order;
  const configFile = bench.writeConfig(run, { worker: { graphs }, delivery: mode });
  const worker = new Worker({ name: run, folder: bench.ground.folder, configFile, nodeArgs });
  const samples: Sample[] = [];
  let last: Scraped = new Map();
  try {
    for (let quietSince = performance.now(); ; ) {
      await setTimeout(lookEveryMs);
      const scraped = await worker.scrape();
      if (scraped === null) continue;
      last = scraped;
      const sample = sampleOf(scraped, worker.pid);
      const before = samples.at(-1);
      samples.push(sample);
      if (sample.alerts < order.alerts || sample.events !== before?.events) quietSince = sample.at;
      else if (sample.at - quietSince > quietMs && sample.left === 0) break;
    }
    return { ...takenOf(samples, order, last), peakMiB: peakMiBOf(worker.pid), last };
  } finally {
    await worker.stop();
  }
}

function sampleOf(scraped: Scraped, pid: number): Sample {
  let events = 0;
  for (const [name, value] of scraped) if (name.startsWith('tocsin_stage_events_total')) events += value;
  return {
    alerts: scraped.get('tocsin_alerts_entered_total') ?? 0,
    events,
    left: recordsLeft(scraped),
    cpuMs: cpuMsOf(pid),
    at: performance.now(),
  };
}

/**
 * It took from the last look before the first alert came in to the first one after the last event, and, where rows are
 * stored, to the one that finds nothing left.
 */
function takenOf(
  samples: readonly Sample[],
  { alerts, graphs }: DrainOrder,
  last: Scraped,
): Omit<Taken, 'peakMiB'> {
  const begun = samples.findLast((sample) => sample.alerts === 0) ?? samples[0];
  const half = samples.find((sample) => sample.alerts >= alerts / 2);
  const final = samples.at(-1);
  const isStored = ({ left }: Sample) => left === 0 || !graphs.includes('warehouse');
  const ended = samples.find((sample) => sample.events === final?.events && isStored(sample));
  if (begun === undefined || half === undefined || ended === undefined)
    throw new Error('there are no samples');
  const spent = ({ alerts: done, cpuMs, at }: Sample) => ({ alerts: done, cpuMs, wallMs: at - begun.at });
  return {
    ...spent(ended),
    half: spent(half),
    outputs: last.get('tocsin_stage_events_total{graph="reduce",stage="combine",direction="out"}') ?? 0,
  };
}
