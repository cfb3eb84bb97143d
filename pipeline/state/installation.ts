import { TocsinError } from '../../schemas/errors.ts';
import type { TopicId } from '../../schemas/topics.ts';

/** By topic; those whose broker gives them no id are left out. */
export type TopicIds = Readonly<Partial<Record<TopicId, string>>>;

/** Which log the state of a store was computed from, and how it was cut into shards. */
export interface Installation {
  readonly clusterId: string;
  /** What tells each topic from one of the same name before it; noted with a claim, and never what refuses one. */
  readonly topicIds: TopicIds;
  readonly rawPartitions: number;
  readonly reducedPartitions: number;
}

export function otherLog(stored: string): TocsinError {
  return new TocsinError('state.other-log', `it is that of cluster ${stored}`);
}

export function otherPartitions(
  stored: Pick<Installation, 'rawPartitions' | 'reducedPartitions'>,
): TocsinError {
  const { rawPartitions, reducedPartitions } = stored;
  const detail = `it was written for ${rawPartitions} raw and ${reducedPartitions} reduced partitions`;
  return new TocsinError('state.other-partitions', detail);
}

/** Why the state that was stored is not to be gone on with; null when it is. */
export function refusalOf(stored: Installation, wanted: Installation): TocsinError | null {
  if (stored.clusterId !== wanted.clusterId) return otherLog(stored.clusterId);
  const hasLostRaw = wanted.rawPartitions < stored.rawPartitions;
  const isRecut = wanted.reducedPartitions !== stored.reducedPartitions;
  return hasLostRaw || isRecut ? otherPartitions(stored) : null;
}
