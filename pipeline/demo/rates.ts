import { quantileSorted } from 'simple-statistics';
import type { WorkerCounts } from '../worker/index.ts';
import type { Speed } from './frame.ts';
import type { DemoState } from './run-demo.ts';

export interface StageRate {
  readonly stage: string;
  readonly perSecond: number;
}

const shownStages = ['normalize', 'combine', 'dedupe', 'correlate', 'suppress', 'publish'] as const;
const keptTicks = 600;

/** Turns what a demo shows at its ticks into rates and latencies of wall time. */
export class Speedometer {
  readonly #startCpuUs: number;
  #ticks: number[] = [];
  #last: { readonly counts: WorkerCounts; readonly at: number } | null = null;
  #stages: readonly StageRate[] = [];

  constructor(startCpuUs: number) {
    this.#startCpuUs = startCpuUs;
  }

  /** A tick and everything that followed from it took this long. */
  tookMs(ms: number): void {
    this.#ticks.push(ms);
    if (this.#ticks.length > keptTicks) this.#ticks = this.#ticks.slice(-keptTicks / 2);
  }

  /** What to show now; rates speak of the time since the last call. */
  read(state: DemoState, wallMs: number): Speed {
    if (this.#last !== null) this.#stages = ratesBetween(this.#last, { counts: state.counts, at: wallMs });
    this.#last = { counts: state.counts, at: wallMs };
    const sorted = [...this.#ticks].sort((a, b) => a - b);
    const quantile = (q: number) => (sorted.length === 0 ? 0 : quantileSorted(sorted, q));
    const alerts = state.counts.stages.find(({ stage }) => stage === 'combine')?.in ?? 0;
    return {
      stages: this.#stages,
      cpuUsPerAlert: alerts === 0 ? 0 : (state.cpuUs - this.#startCpuUs) / alerts,
      tickMs: { p50: quantile(0.5), p99: quantile(0.99) },
    };
  }
}

interface Reading {
  readonly counts: WorkerCounts;
  readonly at: number;
}

function ratesBetween(before: Reading, now: Reading): readonly StageRate[] {
  const seconds = Math.max((now.at - before.at) / 1_000, 0.001);
  const inOf = ({ counts }: Reading, name: string) =>
    counts.stages.find(({ stage }) => stage === name)?.in ?? 0;
  return shownStages.map((stage) => ({
    stage,
    perSecond: (inOf(now, stage) - inOf(before, stage)) / seconds,
  }));
}
