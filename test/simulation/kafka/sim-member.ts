import type {
  CommittedOffset,
  ConsumerOptions,
  OffsetCommit,
  TopicPartition,
} from '../../../pipeline/broker/index.ts';
import { laneOf } from '../../../pipeline/broker/kafka/acknowledged-send.ts';
import { brokerError } from '../../../pipeline/broker/kafka/broker-error.ts';
import { Coordinator } from '../../../pipeline/broker/kafka/coordinator.ts';
import { type Grant, GroupCommits } from '../../../pipeline/broker/kafka/group-commits.ts';
import type { GroupEvents } from '../../../pipeline/broker/kafka/group-events.ts';
import type { GroupMember } from '../../../pipeline/broker/kafka/group-member.ts';
import type {
  CommitRequest,
  InnerBroker,
  Membership,
  OffsetFetchAnswer,
  OffsetFetchRequest,
} from '../../../pipeline/broker/kafka/kafkajs-insides.ts';
import { NoAnswer } from '../machine/network.ts';
import { Fetcher } from './fetcher.ts';
import { KafkaError } from './kafka-error.ts';
import type { Joined, JoinRequest, Notice, SimGroup } from './sim-group.ts';
import type { Wire } from './wire.ts';

export interface SimMemberOptions extends ConsumerOptions {
  readonly events: GroupEvents;
}

/** Pause before a coordinator that does not answer is asked again. */
const rejoinMs = 300;

/** GroupMember on the simulated cluster: what kafkajs and our taps of it do together. */
export class SimMember
  implements
    Pick<
      GroupMember,
      'epoch' | 'join' | 'commit' | 'committed' | 'owns' | 'pause' | 'resume' | 'seek' | 'leave'
    >
{
  readonly #options: SimMemberOptions;
  readonly #wire: Wire;
  readonly #group: SimGroup;
  readonly #commits = new GroupCommits();
  readonly #coordinator: Coordinator;
  /** Null until it is given one, and when the group has forgotten it. */
  #memberId: string | null = null;
  #generation = -1;
  #grant: Grant | null = null;
  #held: readonly TopicPartition[] = [];
  #fetchers = new Map<string, Fetcher>();
  #isJoining = false;
  /** The newest generation whose end was announced, and how. */
  #ended: { readonly kind: Notice; readonly generation: number } = { kind: 'rebalance', generation: -1 };
  #isLeaving = false;

  constructor(options: SimMemberOptions, wire: Wire) {
    this.#options = options;
    this.#wire = wire;
    this.#group = wire.cluster.group(options.group);
    const broker = this.#asBroker();
    // It only ever finds the same coordinator again.
    const cluster = { findGroupCoordinator: async () => broker } as unknown as ConstructorParameters<
      typeof Coordinator
    >[2]['cluster'];
    this.#coordinator = new Coordinator(options.group, broker, { cluster, untapped: (same) => same });
  }

  get epoch(): number | null {
    return this.#grant?.membership.groupGenerationId ?? null;
  }

  async join(): Promise<void> {
    void this.#rejoin(false);
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
    for (const place of places) this.#steered(place)?.pause();
  }

  resume(places: readonly TopicPartition[]): void {
    for (const place of places) this.#steered(place)?.resume();
  }

  seek(place: TopicPartition, offset: number): void {
    this.#steered(place)?.seek(offset);
  }

  async leave(): Promise<void> {
    this.#grant = null;
    this.#isLeaving = true;
    this.#closeFetchers();
    const memberId = this.#memberId;
    if (memberId === null) return;
    const ask = () => this.#ask('LeaveGroup', () => this.#group.leave(memberId));
    await ask().catch(() => undefined);
  }

  /** As kafkajs between a breakdown and the next join: orders are not taken, and said again after it. */
  #steered(place: TopicPartition): Fetcher | undefined {
    return this.#grant === null ? undefined : this.#fetchers.get(laneOf(place));
  }

  #noticed(kind: Notice, about: { memberId: string; generation: number }): void {
    const { generation } = about;
    // It may be about somebody that this member was before.
    if (this.#isLeaving || about.memberId !== this.#memberId) return;
    if (generation >= this.#ended.generation) this.#ended = { kind, generation };
    // As kafkajs, which hears of it by the answer while it joins: the group then refuses the member id, or has taken it.
    if (!this.#isJoining) this.#endIfEnded();
  }

  #endIfEnded(): void {
    const { kind, generation } = this.#ended;
    if (generation < this.#generation) return;
    if (kind === 'unknown') this.#memberId = null;
    void this.#rejoin(kind === 'rebalance');
  }

  async #rejoin(isKnown: boolean): Promise<void> {
    this.#isJoining = true;
    if (!isKnown) this.#grant = null;
    try {
      await this.#options.events.letGo(isKnown);
    } catch {
      return;
    } finally {
      this.#grant = null;
      this.#closeFetchers();
    }
    const joined = await this.#joinGroup();
    this.#isJoining = false;
    if (joined === null) return;
    this.#take(joined);
    // The group may have gone on while the answer was under way.
    this.#endIfEnded();
  }

  #take({ memberId, generation, places }: Joined): void {
    const { group, events } = this.#options;
    this.#generation = generation;
    this.#held = places;
    const membership = { groupId: group, groupGenerationId: generation, memberId };
    this.#grant = { membership, coordinator: this.#coordinator, lanes: new Set(places.map(laneOf)) };
    const isCommittedOnly = this.#options.isolation === 'read_committed';
    this.#fetchers = new Map(
      places.map((place) => [laneOf(place), new Fetcher({ place, isCommittedOnly, events }, this.#wire)]),
    );
    events.take(places, generation);
  }

  /** Asks until the group answers; null when this member is wanted no more. */
  async #joinGroup(): Promise<Joined | null> {
    while (!this.#isLeaving) {
      const request = this.#request();
      try {
        return await this.#wire.call<Joined>(this.#wire.cluster.coordinatorOf(this.#options.group), {
          name: 'JoinGroup',
          timeoutMs: Number.POSITIVE_INFINITY,
          serve: (respond) => this.#group.join(request, respond),
        });
      } catch (error) {
        if (error instanceof KafkaError) this.#memberId = null;
        else if (!(error instanceof NoAnswer)) throw error;
      }
      await this.#wire.pause(rejoinMs);
    }
    return null;
  }

  #request(): JoinRequest {
    const { topics } = this.#options;
    const held = { generation: this.#generation, partitions: this.#held };
    const { process } = this.#wire;
    this.#memberId ??= this.#group.newMemberId(process);
    const memberId = this.#memberId;
    return {
      ...{ memberId, process, topics, held },
      notice: (kind, generation) => this.#noticed(kind, { memberId, generation }),
    };
  }

  #closeFetchers(): void {
    for (const fetcher of this.#fetchers.values()) fetcher.close();
    this.#fetchers = new Map();
  }

  #shown(topics: OffsetFetchRequest['topics']): OffsetFetchAnswer {
    const responses = topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => {
        const found = this.#group.offsets.committed({ topic, partition });
        return { partition, offset: String(found?.offset ?? -1), metadata: found?.metadata ?? '' };
      }),
    }));
    return { responses };
  }

  #ask<T>(name: string, act: () => T): Promise<T> {
    return this.#wire.ask(this.#wire.cluster.coordinatorOf(this.#options.group), name, act);
  }

  #asBroker(): InnerBroker {
    const refuse = async (): Promise<never> => {
      throw new KafkaError('INVALID_REQUEST');
    };
    return {
      offsetFetch: ({ topics }: OffsetFetchRequest) => this.#ask('OffsetFetch', () => this.#shown(topics)),
      joinGroup: refuse,
      leaveGroup: refuse,
      fetch: refuse,
      heartbeat: ({ memberId, groupGenerationId }: Membership) =>
        this.#ask('Heartbeat', () => this.#group.check(memberId, groupGenerationId, false)),
      offsetCommit: ({ memberId, groupGenerationId, topics }: CommitRequest) =>
        this.#ask('OffsetCommit', () => {
          this.#group.check(memberId, groupGenerationId, true);
          this.#group.offsets.commit(
            topics.flatMap(({ topic, partitions }) =>
              partitions.map(({ partition, offset, metadata }) => ({
                ...{ topic, partition },
                ...{ offset: Number(offset), metadata: metadata ?? '' },
              })),
            ),
          );
        }),
    };
  }
}
