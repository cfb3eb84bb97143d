import { randomUUID } from 'node:crypto';
import { ConfigTree } from '../../pipeline/config/index.ts';
import { reduceGraph } from '../../pipeline/graphs.ts';
import { Shard, type ShardSink } from '../../pipeline/shard/index.ts';
import { openRedisStateStore, redisOptionsOf, type StateStore } from '../../pipeline/state/index.ts';

export interface RestoreOrder {
  readonly redis: string;
  /** Of the keys in Redis, so that a run meets nobody else's. */
  readonly prefix: string;
  readonly keys: number;
}

export const id = { graph: 'bench-restore', partition: 0 };
const config = ConfigTree.parse({ dedupe: { windowMs: 3_600_000, latenessMs: 60_000 } });
const nothing: ShardSink = { output: () => {}, deadLetter: () => {}, assigned: () => {} };

export function newShard() {
  return new Shard(
    reduceGraph(config, () => 'unknown'),
    0,
    nothing,
  );
}

export function openStore({ redis, prefix }: RestoreOrder): Promise<StateStore> {
  return openRedisStateStore({ ...redisOptionsOf(redis), prefix, nonce: randomUUID });
}
