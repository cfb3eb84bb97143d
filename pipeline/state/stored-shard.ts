import type { CheckpointMark, ShardId } from './state.ts';

/** A shard as the memory store holds it. */
export interface StoredShard {
  /** Epoch and nonce of the newest lease. */
  epoch: number;
  nonce: string;
  checkpoint: CheckpointMark | null;
  /** Row values by table and key; a table without rows is not kept. */
  readonly tables: Map<string, Map<string, Uint8Array>>;
}

export function emptyShard(): StoredShard {
  return { epoch: 0, nonce: '', checkpoint: null, tables: new Map() };
}

/** A copy that later commits do not touch; values are shared, since they are never changed. */
export function copyOf(shard: StoredShard): StoredShard {
  const tables = new Map(Array.from(shard.tables, ([table, rows]) => [table, new Map(rows)]));
  return { ...shard, tables };
}

export function nameOf({ graph, partition }: ShardId): string {
  return `${graph}/${partition}`;
}
