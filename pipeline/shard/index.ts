export type { Input, OutcomeCounts, ShardGraph, ShardSink } from './shard.ts';
export { Shard } from './shard.ts';
export type { StageCount } from './shard-host.ts';
