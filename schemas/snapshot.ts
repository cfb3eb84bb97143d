/** One stored row; `value` null takes away what an earlier piece had. */
export interface SnapshotRow {
  readonly table: string;
  readonly key: string;
  readonly value: Uint8Array | null;
}

/**
 * Value of `snapshots.v1`: one piece of a shard's whole state. Pieces of one id, laid over each other in the order of
 * `number`, are the state as of `offset`, which the last piece names. A shard is a pure function of its partition, so this
 * is true whoever wrote it.
 */
export interface SnapshotPiece {
  readonly id: string;
  /** From 0, without gaps. */
  readonly number: number;
  readonly rows: readonly SnapshotRow[];
  /** Set on the last piece: next offset of the input. */
  readonly offset: number | null;
}
