import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Stretch } from '../../schemas/stretch.ts';

/** A record as a partition holds it. Headers are bytes, as Kafka keeps them. */
export interface LogRecord {
  readonly offset: number;
  readonly timestamp: EventTimeMs;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** Where the value lies, for who reads it there; its being absent says nothing. */
  readonly lies?: Stretch | null;
  readonly headers: Readonly<Record<string, Uint8Array>>;
}

/** Of most records; to be known by being this one. */
export const noHeaders: LogRecord['headers'] = Object.freeze({});

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface ProduceRecord {
  readonly topic: string;
  /** Absent: chosen by the hash of the key, or round-robin without a key. */
  readonly partition?: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers?: Readonly<Record<string, Uint8Array>>;
  /** Ignored by topics with LogAppendTime. */
  readonly timestamp?: EventTimeMs;
}

/** The acknowledged place of a sent batch in one partition. */
export interface Acknowledged extends TopicPartition {
  readonly baseOffset: number;
  readonly count: number;
}

/** A position to commit; `offset` is the next offset to read, `metadata` at most 4 KiB. */
export interface OffsetCommit extends TopicPartition {
  readonly offset: number;
  readonly metadata: string;
}

export interface CommittedOffset {
  readonly offset: number;
  readonly metadata: string;
}

export interface TopicSettings {
  readonly name: string;
  readonly partitions: number;
  readonly timestamps: 'CreateTime' | 'LogAppendTime';
  readonly cleanup: 'delete' | 'compact' | 'compact,delete';
  readonly retentionMs: number;
}

/** A topic as the cluster has it. */
export interface FoundTopic {
  readonly name: string;
  readonly partitions: number;
  /** Of the partition that has the fewest, in sync or not. */
  readonly replicas: number;
  /** What is in force, by Kafka's names (`retention.ms`), wherever it was set. */
  readonly configs: Readonly<Record<string, string>>;
}

export interface Producer {
  /**
   * Resolves when every record is acknowledged by all in-sync replicas; the answer names every partition that was
   * written. Rejects with `broker.unavailable`, after which any part of the batch may or may not be in the log; sends to the
   * same partitions that were issued before that reject too, so that nothing newer gets in front of what is missing.
   */
  send(records: readonly ProduceRecord[]): Promise<readonly Acknowledged[]>;
  /**
   * Only on a producer with a `transactionalId`; one transaction at a time. The first call makes this the newest
   * producer of its id: what an older one left open is aborted, and whatever it does next rejects with `broker.fenced`.
   */
  begin(): Promise<Transaction>;
  close(): Promise<void>;
}

/**
 * Its records become visible to read_committed, and its offsets to the group, together on commit, or never. When any call
 * rejects, the producer is at its end and its transaction in doubt: nobody knows whether it was committed. Whoever still
 * owns the id makes a new producer.
 */
export interface Transaction {
  send(records: readonly ProduceRecord[]): Promise<readonly Acknowledged[]>;
  sendOffsets(group: string, offsets: readonly OffsetCommit[]): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

export interface Batch extends TopicPartition {
  /** The assignment this batch was fetched under; a batch of an older one must not be worked on. */
  readonly epoch: number;
  readonly records: readonly LogRecord[];
  readonly highWatermark: number;
}

export interface ConsumerHandlers {
  /**
   * Called with the new assignment before any of its records are fetched; the consumer waits for the promise.
   * Everything not in `assigned` is lost to this member. Seek here; otherwise reading starts at the committed offset,
   * or at the log's start.
   */
  onAssigned(assigned: readonly TopicPartition[], epoch: number): Promise<void>;
  /**
   * Called when partitions are taken away in an orderly way, before another member gets them; the broker waits for the
   * promise up to a timeout (Kafka's rebalance timeout), and presumes the member dead after it. Rebalances are eager: it names all partitions of this member, some of which it may
   * get again under the next epoch. Batches in flight have finished; commits still count. Not called when this member is
   * presumed dead, nor when it had nothing.
   */
  onRevoked(revoked: readonly TopicPartition[], epoch: number): Promise<void>;
  /** Batches of one partition come one after another, those of different partitions side by side. */
  onBatch(batch: Batch): Promise<void>;
  /**
   * The consumer cannot go on (a handler rejected, it kept a rebalance waiting for too long, or the broker refused it for
   * good); it has stopped. An outage is no failure: the consumer waits for its end.
   */
  onFailure(error: Error): void;
}

export interface ConsumerOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /** Most records handed over at once. */
  readonly maxBatchRecords: number;
  /** Most value bytes handed over at once (one record is always handed over, whatever its size). */
  readonly maxBatchBytes: number;
  readonly isolation: 'read_uncommitted' | 'read_committed';
  /** Records may wait a quarter of a second for others, which makes fewer and larger fetches; default false. */
  readonly isPatient?: boolean;
}

/** One member of a group. `pause`, `resume` and `seek` do nothing for partitions that are not assigned to it. */
export interface Consumer {
  /** Resolves when the member has its first assignment. Once per consumer. Rejects with `broker.unknown-topic`. */
  start(handlers: ConsumerHandlers): Promise<void>;
  /** No batch is handed over until `resume`; one in flight goes on. Each assignment begins without pauses. */
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** The next batch of the partition starts at `offset`; outside the log it starts at the log's first offset. */
  seek(partition: TopicPartition, offset: number): void;
  /**
   * Next offset that this member has not handled: everything below was handled by `onBatch`, or nobody will ever be
   * handed it (transaction markers, aborted records). Null for a partition that is not assigned to it.
   */
  position(partition: TopicPartition): number | null;
  /**
   * Rejects with `broker.illegal-generation` when this is no longer (or not yet) a member of the current generation, or
   * when the partition is not assigned to it; with `broker.metadata-too-large` before anything is committed.
   */
  commitOffsets(offsets: readonly OffsetCommit[]): Promise<void>;
  /**
   * What the group has committed for partitions of this assignment, null where nothing: with all that anybody committed
   * before this assignment, which `Admin.committed` may miss for a moment after the group has moved to another broker (H26).
   * `witness` is a partition that the group does not read; an offset is committed for it. Rejects as `commitOffsets` does.
   */
  committed(
    partitions: readonly TopicPartition[],
    witness: TopicPartition,
  ): Promise<readonly (CommittedOffset | null)[]>;
  /**
   * Asks the group whether the partition is still this member's, under the generation it knows; false too while the group
   * rebalances. Changes nothing. Rejects with `broker.unavailable` when nobody answers.
   */
  owns(partition: TopicPartition): Promise<boolean>;
  /** Finishes the batches in flight, calls `onRevoked` for all partitions, leaves the group. Never await it in a handler. */
  stop(): Promise<void>;
}

/** Offsets [from, to) of one partition. */
export interface OffsetRange extends TopicPartition {
  readonly from: number;
  readonly to: number;
}

/** First offset still in the log, and next offset to be written. */
export interface Watermarks {
  readonly low: number;
  readonly high: number;
}

export interface Admin {
  /** What the cluster calls itself: another one may have topics of the same names, and offsets that look alike. */
  clusterId(): Promise<string>;
  /**
   * What tells a topic from one of the same name that was there before it, in the order asked; '' where the broker has no
   * such thing.
   */
  topicIds(topics: readonly string[]): Promise<readonly string[]>;
  /** Creates what is missing; never changes what exists. */
  ensureTopics(topics: readonly TopicSettings[]): Promise<void>;
  partitions(topic: string): Promise<number>;
  watermarks(partition: TopicPartition): Promise<Watermarks>;
  /** Those of all partitions of a topic, by partition. */
  allWatermarks(topic: string): Promise<readonly Watermarks[]>;
  /** What the group shows; for a moment after it moved to another broker that may be what it showed earlier, or nothing. */
  committed(group: string, partition: TopicPartition): Promise<CommittedOffset | null>;
  /** The same for several partitions, as of one moment. */
  committedTogether(
    group: string,
    partitions: readonly TopicPartition[],
  ): Promise<readonly (CommittedOffset | null)[]>;
  /** Those of the topics that exist, in the order of the names. */
  describeTopics(names: readonly string[]): Promise<readonly FoundTopic[]>;
  /** Sets these configs of a topic, by Kafka's names; every other one stays as it is. */
  alterTopic(name: string, configs: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Adds empty partitions until there are `partitions`; does nothing when there are as many or more. Keys go to other
   * partitions from then on. Consumers see the new ones when they join again, producers when their process does.
   */
  growTopic(name: string, partitions: number): Promise<void>;
  /** Brokers that are up: no topic can have more replicas. */
  brokerCount(): Promise<number>;
  /** Forgets a group without members, and its offsets. Does nothing when there is no such group. */
  deleteGroup(group: string): Promise<void>;
}

/** Port to a partitioned log with consumer groups and transactions (Kafka's semantics). */
export interface Broker {
  readonly admin: Admin;
  producer(options?: { readonly transactionalId?: string }): Producer;
  consumer(options: ConsumerOptions): Consumer;
  /**
   * Hands over the committed records of a range in order, outside of any lasting group; what the log does not hold (any
   * more, or yet) is left out. Resolves after the last one; rejects as `onRecords` throws.
   */
  read(range: OffsetRange, onRecords: (records: readonly LogRecord[]) => void): Promise<void>;
  close(): Promise<void>;
}
