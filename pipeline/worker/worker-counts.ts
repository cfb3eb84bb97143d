import { noOutcomes, type OutcomeCounts, type StageCount } from '../shard/index.ts';
import type { ShardRunner } from './shard-runner.ts';

/** What a worker has done so far, summed over the shards it owns now (after `stop`: that it owned last). */
export interface WorkerCounts {
  readonly stages: readonly (StageCount & { readonly graph: string })[];
  readonly outcomes: OutcomeCounts;
  readonly rows: number;
  readonly timers: number;
  /** Records that were put aside unseen. */
  readonly shed: number;
}

/** The parts of a shard that are counted. */
type Counted = Pick<ShardRunner<{ readonly kind: string }>, 'graphName' | 'shedRecords'> & {
  readonly shard: Pick<ShardRunner<{ readonly kind: string }>['shard'], 'host' | 'outcomes' | 'size'>;
};

/** Sums over shards; stages in the order of their graphs. */
export function countsOf(shards: readonly Counted[]): WorkerCounts {
  const stages = new Map<string, StageCount & { readonly graph: string }>();
  const outcomes = noOutcomes();
  let rows = 0;
  let timers = 0;
  let shed = 0;
  for (const { shard, graphName, shedRecords } of shards) {
    shed += shedRecords;
    for (const { stage, in: came, out } of shard.host.counts) {
      const sum = stages.get(stage) ?? { graph: graphName, stage, in: 0, out: 0 };
      stages.set(stage, { ...sum, in: sum.in + came, out: sum.out + out });
    }
    for (const outcome of Object.keys(outcomes) as (keyof OutcomeCounts)[])
      outcomes[outcome] += shard.outcomes[outcome];
    rows += shard.size.rows;
    timers += shard.size.timers;
  }
  return { stages: [...stages.values()], outcomes, rows, timers, shed };
}
