import type { TocsinError } from '../../../schemas/errors.ts';
import type { TopicPartition } from '../broker.ts';
import type { OnUnreadable } from './fetch-apart.ts';
import type { Fetched } from './kafka-reader.ts';

export interface GroupTimings {
  /** A member that the group has not heard of for so long is presumed dead. */
  readonly sessionTimeoutMs: number;
  /** How long a rebalance waits for members to let go. A member that takes longer is presumed dead. */
  readonly rebalanceTimeoutMs: number;
  /** How often the group is asked whether it rebalances, which bounds how soon a hand-over begins. */
  readonly heartbeatMs: number;
}

/** What a member of a group tells its consumer. */
export interface GroupEvents {
  /** Before each join; `isKnown` is false when the group has given this member's partitions away already. */
  letGo(isKnown: boolean): Promise<void>;
  /** The new share. Called before anything of it is fetched; its partitions are paused. */
  take(places: readonly TopicPartition[], epoch: number): void;
  fetched(place: TopicPartition, records: Fetched): void;
  /** A fetch held markers or aborted records only. */
  skipped(place: TopicPartition, first: number | null, last: number): void;
  outOfRange(place: TopicPartition): void;
  /** What lies at this offset cannot be unpacked. */
  readonly unreadable: OnUnreadable;
  /** The client library has given up, and will not try again. */
  failed(error: TocsinError): void;
}
