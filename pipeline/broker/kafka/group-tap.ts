import { hasType } from './broker-error.ts';
import { Coordinator, isAway } from './coordinator.ts';
import { type FetchAnswer, hideAborted, withoutEmpty } from './fetch-answer.ts';
import { fetchApart, isUnreadable, type OnUnreadable } from './fetch-apart.ts';
import type {
  CommitRequest,
  FetchRequest,
  InnerBroker,
  InnerCluster,
  JoinRequest,
  Membership,
} from './kafkajs-insides.ts';

export interface GroupWatch {
  /** Before the member (re)joins; the join waits for it. `isKnown` is false when the group forgot the member. */
  beforeJoin(isKnown: boolean): Promise<void>;
  /** The group has accepted the member into a generation; its share follows. */
  joined(membership: Membership, coordinator: Coordinator): void;
  /** The log does not hold what was asked of this partition. */
  outOfRange(topic: string, partition: number): void;
  /** What lies at this offset of a partition cannot be unpacked. */
  readonly unreadable: OnUnreadable;
  /** The member id from before a breakdown, to come back with, once; else the empty string. */
  takeMemberId(): string;
  isLeaving(): boolean;
}

/** Pause before a broker that could not serve a fetch is asked again. */
const refetchMs = 100;

/**
 * Listens in on what a kafkajs consumer says to brokers, to have what kafkajs has no door for:
 * - a moment before each rejoin, in which partitions can be let go in an orderly way;
 * - the generation, which is our epoch and what commits are fenced by;
 * - a membership that outlives the death of the coordinator and a breakdown of the consumer (see `Coordinator`);
 * - leaders that move without a rejoin: kafkajs takes that for a reason to join again, once per fetcher and while other
 *   fetchers still hand over what belongs to the older assignment;
 * - what lies before a batch that cannot be unpacked (see `fetchApart`);
 * - records of aborted transactions that its own filter lets through (see `hideAborted`);
 * - silence about offsets out of range: kafkajs commits "the default offset", −2 and without metadata, over the group's
 *   own, even with autoCommit off (OffsetManager.setDefaultOffset). That commit is swallowed here.
 * The cluster is the consumer's own, so nobody else is heard.
 */
export function tapGroup(cluster: InnerCluster, watch: GroupWatch): void {
  const findBroker = cluster.findBroker.bind(cluster);
  const taps = new WeakMap<InnerBroker, InnerBroker>();
  const brokers = new WeakMap<InnerBroker, InnerBroker>();
  const around = { cluster, untapped: (broker: InnerBroker) => brokers.get(broker) ?? broker };
  cluster.findBroker = async (which) => {
    const broker = await findBroker(which);
    const tap = taps.get(broker) ?? new BrokerTap(broker, watch, around).tap;
    taps.set(broker, tap);
    brokers.set(tap, broker);
    return tap;
  };
}

type Surroundings = ConstructorParameters<typeof Coordinator>[2];

/** The broker with some of its methods replaced. Everything else, state included, stays the broker's. */
class BrokerTap {
  readonly tap: InnerBroker;
  readonly #broker: InnerBroker;
  readonly #watch: GroupWatch;
  readonly #around: Surroundings;
  #coordinator: Coordinator | null = null;

  constructor(broker: InnerBroker, watch: GroupWatch, around: Surroundings) {
    this.#broker = broker;
    this.#watch = watch;
    this.#around = around;
    this.tap = Object.assign(Object.create(broker), {
      joinGroup: (request: JoinRequest) => this.#joinGroup(request),
      leaveGroup: async (request: object) => {
        // A breakdown is no farewell: the member comes back.
        if (watch.isLeaving()) await broker.leaveGroup(request);
      },
      heartbeat: async (membership: Membership) => {
        await (this.#coordinator ?? broker).heartbeat(membership);
      },
      offsetCommit: (request: CommitRequest) => this.#offsetCommit(request),
      fetch: (request: FetchRequest) => this.#fetch(request),
    });
  }

  async #joinGroup(request: JoinRequest) {
    const earlier = request.memberId === '' ? this.#watch.takeMemberId() : '';
    const memberId = earlier === '' ? request.memberId : earlier;
    await this.#watch.beforeJoin(memberId !== '');
    const joined = await this.#broker.joinGroup({ ...request, memberId }).catch((error: unknown) => {
      if (earlier === '' || !hasType(error, ['UNKNOWN_MEMBER_ID'])) throw error;
      return this.#broker.joinGroup(request);
    });
    this.#coordinator = new Coordinator(request.groupId, this.#broker, this.#around);
    const membership = {
      groupId: request.groupId,
      groupGenerationId: joined.generationId,
      memberId: joined.memberId,
    };
    this.#watch.joined(membership, this.#coordinator);
    return joined;
  }

  async #offsetCommit(request: CommitRequest): Promise<unknown> {
    const places = request.topics.flatMap(({ topic, partitions }) =>
      partitions.map((one) => ({ topic, ...one })),
    );
    const outside = places.filter(({ offset }) => Number(offset) < 0);
    if (outside.length === 0) return this.#broker.offsetCommit(request);
    for (const { topic, partition } of outside) this.#watch.outOfRange(topic, partition);
    return undefined;
  }

  /** Nothing, from a broker that is not the leader or cannot be reached; by the next fetch it is known who is. */
  async #fetch(request: FetchRequest): Promise<FetchAnswer> {
    try {
      return hideAborted(withoutEmpty(await this.#broker.fetch(request)));
    } catch (error) {
      if (isUnreadable(error))
        return hideAborted(withoutEmpty(await fetchApart(this.#broker, request, this.#watch.unreadable)));
      const isGone = hasType(error, ['UNKNOWN_TOPIC_OR_PARTITION']);
      const isRange = hasType(error, ['OFFSET_OUT_OF_RANGE']);
      if ((!isAway(error) && !isGone) || isRange) throw error;
      await new Promise((resolve) => setTimeout(resolve, refetchMs));
      await this.#around.cluster.refreshMetadata().catch(() => undefined);
      return { responses: [] };
    }
  }
}
