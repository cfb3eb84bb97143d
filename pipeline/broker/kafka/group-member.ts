import type { Consumer as Client, ConsumerGroupJoinEvent, EachBatchPayload, Kafka } from 'kafkajs';
import type { CommittedOffset, ConsumerOptions, OffsetCommit, TopicPartition } from '../broker.ts';
import { laneOf } from './acknowledged-send.ts';
import { brokerError } from './broker-error.ts';
import { type Grant, GroupCommits } from './group-commits.ts';
import type { GroupEvents, GroupTimings } from './group-events.ts';
import { tapGroup } from './group-tap.ts';
import { fetchedOffset, type InnerCluster } from './kafkajs-insides.ts';
import { recordsOf } from './log-record.ts';
import { PersistentRun } from './persistent-run.ts';
import { stickyAssigner } from './sticky-assigner.ts';

export interface GroupMemberOptions extends ConsumerOptions {
  readonly kafka: Kafka;
  readonly timings: GroupTimings;
  readonly events: GroupEvents;
}

/** In a row, a second apart at the most; kafkajs begins anew after that, which costs more and helps as little. */
const maxRetries = 1_000;

/** Bytes that a fetch brings, where they are there, its longest wait for them, and the bytes it may bring per partition. */
const usual = { minBytes: 1, maxWaitTimeInMs: 50, maxBytesPerPartition: 256 * 1_024 };
const patient = { ...usual, minBytes: 128 * 1_024, maxWaitTimeInMs: 250 };

/**
 * A kafkajs consumer with what it lacks: a say before each rejoin, the generation, commits that are made or refused,
 * fetches that say where they began. Its handler only files records away, so heartbeats never wait for work.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #client: Client;
  readonly #running: PersistentRun;
  readonly #commits = new GroupCommits();
  #joining: Pick<Grant, 'membership' | 'coordinator'> | null = null;
  #grant: Grant | null = null;
  #held: readonly TopicPartition[] = [];
  #generation = -1;
  /** Member id under which the client library broke down, until it joins again. */
  #brokenDown = '';
  #isLeaving = false;

  constructor(options: GroupMemberOptions) {
    const { kafka, group, timings, isolation, isPatient = false } = options;
    this.#options = options;
    this.#client = kafka.consumer({
      groupId: group,
      sessionTimeout: timings.sessionTimeoutMs,
      rebalanceTimeout: timings.rebalanceTimeoutMs,
      heartbeatInterval: timings.heartbeatMs,
      readUncommitted: isolation === 'read_uncommitted',
      allowAutoTopicCreation: false,
      retry: { retries: maxRetries },
      partitionAssigners: [
        stickyAssigner(
          () => this.#claim(),
          (cluster) => this.#tap(cluster),
        ),
      ],
      ...(isPatient ? patient : usual),
    });
    this.#running = new PersistentRun(this.#client, {
      ...options,
      eachBatch: (payload) => this.#file(payload),
      onBreakdown: () => {
        this.#brokenDown = this.#joining?.membership.memberId ?? '';
      },
      onFailure: (error) => options.events.failed(error),
    });
  }

  /** The generation of the newest share; null while there is none. */
  get epoch(): number | null {
    return this.#grant?.membership.groupGenerationId ?? null;
  }

  /** Resolves once the first share has come, or when the client library has begun to try again by itself. */
  join(): Promise<void> {
    const { GROUP_JOIN, START_BATCH_PROCESS } = this.#client.events;
    this.#client.on(GROUP_JOIN, (event) => this.#joined(event));
    this.#client.on(START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize > 0) return;
      const first: string | null = payload.firstOffset;
      this.#options.events.skipped(
        payload,
        first === null ? null : Number(first),
        Number(payload.lastOffset),
      );
    });
    return this.#running.start();
  }

  commit(offsets: readonly OffsetCommit[]): Promise<void> {
    return this.#commits.commit(this.#grant, offsets);
  }

  committed(
    places: readonly TopicPartition[],
    witness: TopicPartition,
  ): Promise<readonly (CommittedOffset | null)[]> {
    return this.#commits.committed(this.#grant, places, witness);
  }

  /** Whether the group still counts this member, under the generation that granted it the partition. */
  async owns(place: TopicPartition): Promise<boolean> {
    const grant = this.#grant;
    if (grant === null || !grant.lanes.has(laneOf(place))) return false;
    try {
      await grant.coordinator.verify(grant.membership);
      return grant === this.#grant;
    } catch (error) {
      const refused = brokerError(error, `asking ${grant.membership.groupId}`);
      if (refused.code === 'broker.illegal-generation') return false;
      throw refused;
    }
  }

  pause(places: readonly TopicPartition[]): void {
    this.#steer(() => this.#client.pause(places.map(asList)));
  }

  resume(places: readonly TopicPartition[]): void {
    this.#steer(() => this.#client.resume(places.map(asList)));
  }

  seek({ topic, partition }: TopicPartition, offset: number): void {
    this.#steer(() => this.#client.seek({ topic, partition, offset: String(offset) }));
  }

  /** Refuses commits from here on. */
  async leave(): Promise<void> {
    this.#grant = null;
    this.#isLeaving = true;
    await this.#running.end();
  }

  #tap(cluster: InnerCluster): void {
    tapGroup(cluster, {
      beforeJoin: (isKnown) => this.#beforeJoin(isKnown),
      joined: (membership, coordinator) => {
        this.#joining = { membership, coordinator };
      },
      outOfRange: (topic, partition) => this.#options.events.outOfRange({ topic, partition }),
      unreadable: (...found) => this.#options.events.unreadable(...found),
      takeMemberId: () => {
        const memberId = this.#brokenDown;
        this.#brokenDown = '';
        return memberId;
      },
      isLeaving: () => this.#isLeaving,
    });
  }

  #claim() {
    return { generation: this.#generation, partitions: this.#held };
  }

  /** The group hears of us while partitions are let go: only the rebalance timeout limits how long that takes. */
  async #beforeJoin(isKnown: boolean): Promise<void> {
    const beat = setInterval(() => {
      if (this.#grant === null) return;
      this.#grant.coordinator.heartbeat(this.#grant.membership).catch(() => undefined);
    }, this.#options.timings.sessionTimeoutMs / 4);
    if (!isKnown) this.#grant = null;
    try {
      await this.#options.events.letGo(isKnown);
    } finally {
      clearInterval(beat);
      this.#grant = null;
    }
  }

  #joined({ payload }: ConsumerGroupJoinEvent): void {
    if (this.#joining === null) return;
    const places = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    this.#grant = { ...this.#joining, lanes: new Set(places.map(laneOf)) };
    this.#generation = this.#joining.membership.groupGenerationId;
    this.#held = places;
    // Flags of an earlier assignment are still there, set and unset; from here on they are known.
    this.pause(places);
    this.#options.events.take(places, this.#generation);
  }

  /** kafkajs takes no orders between a breakdown and the next join; after that join everything is said again. */
  #steer(order: () => void): void {
    if (this.#grant === null || this.#brokenDown !== '') return;
    order();
  }

  async #file({ batch }: EachBatchPayload): Promise<void> {
    const { topic, partition } = batch;
    const fetched = fetchedOffset(batch);
    this.#options.events.fetched(
      { topic, partition },
      {
        fetched,
        next: Number(batch.lastOffset()) + 1,
        records: batch.messages.map((message) => recordsOf(message, fetched)),
        highWatermark: Number(batch.highWatermark),
      },
    );
  }
}

function asList({ topic, partition }: TopicPartition) {
  return { topic, partitions: [partition] };
}
