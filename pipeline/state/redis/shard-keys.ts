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
  const tag = hashTag(`${prefix}:${graph}:${partition}`);
  return {
    meta: `${tag}:meta`,
    rows: `${tag}:rows`,
    staged: (commitId) => `${tag}:staged:${commitId}`,
  };
}

/** Where `claim` notes what the state of all shards belongs to. */
export function installationKey(prefix: string): string {
  return hashTag(`${prefix}:installation`);
}

function hashTag(name: string): string {
  if (/[{}\s]/.test(name)) throw new TocsinError('invariant.broken', `a brace or a blank in the key ${name}`);
  return `{${name}}`;
}
