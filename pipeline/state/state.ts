import type { Installation } from './installation.ts';

/** A shard: one partition of one graph's input. */
export interface ShardId {
  readonly graph: string;
  readonly partition: number;
}

/** One changed row; `value` null deletes it. */
export interface RowChange {
  readonly table: string;
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** The stored place of a shard: state as of `offset` (next offset to read). */
export interface CheckpointMark {
  readonly offset: number;
  /** `epoch:nonce:seq` of the commit that wrote it. */
  readonly commitId: string;
  readonly seq: number;
  /** Where a replay must start to rebuild this state from nothing, or from `snapshot` (protocol.md CHECKPOINT 3). */
  readonly from: number;
  /** Names the snapshot that a replay from `from` stands on, as text that the store does not read; '' for none. */
  readonly snapshot: string;
  /** Outputs of records below this offset were acknowledged before a rebuild, and are not sent again; null for none. */
  readonly mutedUntil: number | null;
  /** The owner let go in an orderly way. */
  readonly isClean: boolean;
}

/** The right to write a shard's state, until somebody else fences it. */
export interface Lease {
  readonly shard: ShardId;
  readonly epoch: number;
  readonly nonce: string;
}

export interface Fenced {
  readonly lease: Lease;
  readonly checkpoint: CheckpointMark | null;
}

export interface Checkpoint {
  /** Sequence number of this commit: one more than the one it is based on. */
  readonly seq: number;
  /** Commit id of the checkpoint that this one's changes apply to; null for the first one of an empty shard. */
  readonly basedOn: string | null;
  readonly offset: number;
  readonly from: number;
  readonly snapshot: string;
  readonly mutedUntil: number | null;
  readonly isClean: boolean;
  /** Each row at most once. */
  readonly changes: readonly RowChange[];
}

/** Port to the checkpoints of shards (protocol.md ACQUIRE 2, CHECKPOINT 2). */
export interface StateStore {
  /**
   * Takes the shard: a new epoch (never one used before) and a fresh nonce. From now on older leases cannot commit.
   * Rejects with `state.damaged` when some of what is stored was taken away; `isForced` takes it all the same, to discard it.
   */
  fence(shard: ShardId, how?: { readonly isForced: boolean }): Promise<Fenced>;
  /**
   * All rows as of the checkpoint, in chunks, in no particular order. Load only after fencing. Rejects with
   * `state.fenced`, at the latest after the last chunk, when the lease is not the newest any more: a successor may have
   * committed in the meantime, and a state torn between two checkpoints would say things no replay repeats.
   */
  load(lease: Lease): AsyncIterable<readonly RowChange[]>;
  /**
   * Applies changes, offset and commit id in one atomic, idempotent step and returns the new commit id. Sent twice with
   * the same seq by the same lease it succeeds without applying again. Rejects with `state.fenced` when the lease is
   * not the newest or the shard is missing, with `state.gap` when the stored commit id is not `basedOn`.
   */
  commit(lease: Lease, checkpoint: Checkpoint): Promise<string>;
  /**
   * Notes of which log this store holds the state, or compares with what was noted. More raw partitions are noted: they
   * are new shards. Rejects with `state.other-log` for another cluster, since its offsets mean other records; with
   * `state.other-partitions` for fewer raw partitions or another number of reduced ones. `isForced` notes it all the same.
   */
  claim(installation: Installation, how?: { readonly isForced: boolean }): Promise<void>;
  /** What was noted last. */
  claimed(): Promise<Installation | null>;
  /** Forgets a shard, with its lease. Rejects with `state.fenced` when somebody else has taken it. */
  discard(fenced: Fenced): Promise<void>;
  /** Lets go of this client; what is stored stays. */
  close(): Promise<void>;
}
