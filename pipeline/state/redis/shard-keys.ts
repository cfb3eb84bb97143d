import { TocsinError } from '../../../schemas/errors.ts';
import type { ShardId } from '../state.ts';

/** The keys of one shard. The part in braces is the hash tag: Redis Cluster keeps them all on one node. */
export interface ShardKeys {
  /** Lease, checkpoint and row count. */
  readonly meta: string;
  /** `<table>\0<key>` → value. */
  readonly rows: string;
  /** Slice number → slice of a large commit that is not merged yet. */
  readonly staged: (commitId: string) => string;
}

/** `prefix` tells installations that share a server apart; a brace in it would move the hash tag. */
export function shardKeys(prefix: string, { graph, partition }: ShardId): ShardKeys {
  const tag = `${prefix}:${graph}:${partition}`;
  if (/[{}\s]/.test(tag)) throw new TocsinError('invariant.broken', `a brace or a blank in the key ${tag}`);
  return {
    meta: `{${tag}}:meta`,
    rows: `{${tag}}:rows`,
    staged: (commitId) => `{${tag}}:staged:${commitId}`,
  };
}
