/** Where an alert stands in its input: `n` counts from 0 inside the record at `offset` (one record may hold many alerts). */
export interface Place {
  readonly offset: number;
  readonly n: number;
}

/** Where an output comes from: the `n`-th output of input record `offset` of `shard`. Only grows within a shard. */
export interface Origin {
  readonly shard: number;
  readonly offset: number;
  readonly n: number;
}

/** Negative when `a` stands before `b`, 0 when they are one place, positive otherwise. */
export function comparePlaces(a: Place, b: Place): number {
  return a.offset - b.offset || a.n - b.n;
}
