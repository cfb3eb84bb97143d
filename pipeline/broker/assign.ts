export interface Claim<Member, Partition> {
  readonly member: Member;
  /** What the member may get. */
  readonly eligible: readonly Partition[];
  /** What it had; it keeps as much of it as balance allows. */
  readonly previous: readonly Partition[];
}

interface Share<Member, Partition> {
  readonly member: Member;
  readonly may: ReadonlySet<Partition>;
  readonly owned: Set<Partition>;
}

/**
 * Shares partitions out as evenly as the claims allow: no two members differ by more than one where both could take the
 * difference. Sticky: a partition moves only when its owner is gone or has too many. Deterministic in the order of the
 * claims and of `partitions`.
 */
export function assign<Member, Partition>(
  claims: readonly Claim<Member, Partition>[],
  partitions: readonly Partition[],
): Map<Member, Partition[]> {
  const shares = claims.map(
    ({ member, eligible }): Share<Member, Partition> => ({
      member,
      may: new Set(eligible),
      owned: new Set(),
    }),
  );
  for (const [i, share] of shares.entries()) {
    for (const partition of claims[i]?.previous ?? []) {
      const isFree = share.may.has(partition) && !shares.some(({ owned }) => owned.has(partition));
      if (isFree) share.owned.add(partition);
    }
  }
  for (const partition of partitions) {
    if (!shares.some(({ owned }) => owned.has(partition)))
      leastLoaded(shares, partition)?.owned.add(partition);
  }
  // Each move brings two members closer together by two, so this ends.
  for (let isUneven = true; isUneven; ) isUneven = moveOne(shares, partitions);
  return new Map(
    shares.map(({ member, owned }) => [member, partitions.filter((partition) => owned.has(partition))]),
  );
}

/** Of those who may take the partition, the first of those with the least. */
function leastLoaded<M, P>(shares: readonly Share<M, P>[], partition: P): Share<M, P> | undefined {
  let best: Share<M, P> | undefined;
  for (const share of shares) {
    if (share.may.has(partition) && (best === undefined || share.owned.size < best.owned.size)) best = share;
  }
  return best;
}

/** Moves one partition from the most loaded member that can spare one; false when the shares are even. */
function moveOne<M, P>(shares: readonly Share<M, P>[], partitions: readonly P[]): boolean {
  for (const owner of [...shares].sort((a, b) => b.owned.size - a.owned.size)) {
    for (const partition of [...partitions].reverse()) {
      const taker = owner.owned.has(partition) ? leastLoaded(shares, partition) : undefined;
      if (taker === undefined || owner.owned.size <= taker.owned.size + 1) continue;
      owner.owned.delete(partition);
      taker.owned.add(partition);
      return true;
    }
  }
  return false;
}
