import { quantileSorted } from 'simple-statistics';
import type { WorkerCounts } from '../worker/index.ts';

export interface StageRate {
  readonly graph: string;
  readonly stage: string;
  /** Events that went in, per second of wall time. */
  readonly perSecond: number;
}

export interface Speed {
  readonly stages: readonly StageRate[];
  /** Wall milliseconds from a tick's records going in to everything about them having come out. */
  readonly tickMs: { readonly p50: number; readonly p99: number };
}

interface Reading {
  readonly stages: WorkerCounts['stages'];
  readonly at: number;
}

const keptTicks = 600;

/** Rates are taken over this long: over a tenth of a second they would jump too fast to be read. */
const spanMs = 2_000;

/** Turns what a demo shows at its ticks into rates and latencies of wall time. All times in milliseconds of one clock. */
export class Speedometer {
  #ticks: number[] = [];
  #readings: Reading[] = [];
  #wentOnAt: number | null = null;

  /** The demo goes on with its next tick: waiting for it is over. */
  wentOn(at: number): void {
    this.#wentOnAt = at;
  }

  /** Everything that followed from the tick has happened. */
  cameBack(at: number): void {
    if (this.#wentOnAt === null) return;
    this.#ticks.push(at - this.#wentOnAt);
    if (this.#ticks.length > keptTicks) this.#ticks = this.#ticks.slice(-keptTicks / 2);
  }

  read(stages: WorkerCounts['stages'], at: number): Speed {
    this.#readings = [...this.#readings, { stages, at }].filter((reading) => at - reading.at <= spanMs);
    const sorted = [...this.#ticks].sort((a, b) => a - b);
    const quantile = (q: number) => (sorted.length === 0 ? 0 : quantileSorted(sorted, q));
    return {
      stages: ratesSince(this.#readings[0], { stages, at }),
      tickMs: { p50: quantile(0.5), p99: quantile(0.99) },
    };
  }
}

function ratesSince(before: Reading | undefined, now: Reading): readonly StageRate[] {
  const seconds = (now.at - (before?.at ?? now.at)) / 1_000;
  const known = new Map(before?.stages.map(({ stage, in: came }) => [stage, came]));
  return now.stages.map(({ graph, stage, in: came }) => {
    const perSecond = seconds === 0 ? 0 : (came - (known.get(stage) ?? 0)) / seconds;
    return { graph, stage, perSecond };
  });
}
