import type { GroupOffsets } from './group-offsets.ts';
import type { PartitionLog } from './partition-log.ts';

/**
 * What the embedded broker keeps of topics with cleanup `delete`, besides their retention time:
 * - `all`: everything, as Kafka does.
 * - `committed`: what some group that ever subscribed has not committed. Safe under rebalance and crash of a worker,
 *   since whoever takes over starts at a committed offset or later.
 * - `consumed`: what some group that ever subscribed has not finished handling. Memory follows the slowest reader without
 *   any commit. For runs in which nobody takes over from anybody (replay, demo with one worker): a member that joins, or
 *   a restart from a checkpoint, finds the log begins where reading stopped.
 * A group counts from its first subscription on, with or without living members; one that comes later finds what is left.
 * In the last two modes a topic that no group reads keeps its newest `maxRetainedRecords` per partition. Compacted topics
 * are never trimmed by reading: they are there to be read again.
 */
export type Retain = 'all' | 'committed' | 'consumed';

export class Retainer {
  readonly #retain: Retain;
  readonly #maxRetainedRecords: number;
  readonly #groups = new Map<string, Set<GroupOffsets>>();

  constructor(retain: Retain, maxRetainedRecords: number) {
    this.#retain = retain;
    this.#maxRetainedRecords = maxRetainedRecords;
  }

  subscribed(group: GroupOffsets, topic: string): void {
    const groups = this.#groups.get(topic);
    if (groups === undefined) this.#groups.set(topic, new Set([group]));
    else groups.add(group);
  }

  /** The group is gone, and nothing is kept for it. */
  unsubscribed(group: GroupOffsets): void {
    for (const [topic, groups] of this.#groups)
      if (groups.delete(group) && groups.size === 0) this.#groups.delete(topic);
  }

  /** Caps what nobody reads. The slack of a quarter makes dropping rare. */
  afterAppend(log: PartitionLog): void {
    if (this.#retain === 'all' || log.topic.cleanup === 'compact') return;
    if (log.retained <= this.#maxRetainedRecords * 1.25) return;
    if (log.topic.cleanup === 'delete' && this.#groups.has(log.topic.name)) return;
    log.dropBelow(log.offsetOfNewest(this.#maxRetainedRecords));
  }

  /** Frees what every group has behind it; called when a group has moved on in this partition. */
  afterProgress(log: PartitionLog): void {
    if (this.#retain === 'all' || log.topic.cleanup !== 'delete') return;
    const groups = this.#groups.get(log.topic.name);
    if (groups === undefined) return;
    let floor = log.high;
    for (const group of groups) {
      const reached = this.#retain === 'committed' ? group.committed(log)?.offset : group.position(log);
      floor = Math.min(floor, reached ?? 0);
    }
    log.dropBelow(floor);
  }
}
