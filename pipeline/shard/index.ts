export { noOutcomes, type OutcomeCounts } from './outcome-counts.ts';
export { Shard } from './shard.ts';
export type { Input, ShardGraph, ShardSink } from './shard-graph.ts';
export type { StageCount } from './shard-host.ts';
