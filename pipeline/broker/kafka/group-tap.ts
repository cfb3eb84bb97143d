import type { CommitRequest, InnerBroker, InnerCluster, JoinRequest, Membership } from './kafkajs-insides.ts';

export interface GroupWatch {
  /** Before the member (re)joins; the join waits for it. `isKnown` is false when the group forgot the member. */
  beforeJoin(isKnown: boolean): Promise<void>;
  /** The group has accepted the member into a generation; its share follows. */
  joined(membership: Membership, coordinator: InnerBroker): void;
  /** The log does not hold what was asked of this partition. */
  outOfRange(topic: string, partition: number): void;
}

/**
 * Listens in on what a kafkajs consumer says to its group's coordinator, to have what kafkajs has no door for:
 * - a moment before each rejoin, in which partitions can be let go in an orderly way;
 * - the generation, which is our epoch and what commits are fenced by;
 * - silence about offsets out of range: kafkajs commits "the default offset", −2 and without metadata, over the group's
 *   own, even with autoCommit off (OffsetManager.setDefaultOffset). That commit is swallowed here.
 * The cluster is the consumer's own, so nobody else is heard.
 */
export function tapGroup(cluster: InnerCluster, watch: GroupWatch): void {
  const findBroker = cluster.findBroker.bind(cluster);
  const tapped = new WeakMap<InnerBroker, InnerBroker>();
  cluster.findBroker = async (which) => {
    const broker = await findBroker(which);
    let tap = tapped.get(broker);
    if (tap === undefined) {
      tap = tapOn(broker, watch);
      tapped.set(broker, tap);
    }
    return tap;
  };
}

/** The broker with three of its methods replaced. Everything else, state included, stays the broker's. */
function tapOn(broker: InnerBroker, watch: GroupWatch): InnerBroker {
  const tap: InnerBroker = Object.create(broker);
  tap.joinGroup = async (request: JoinRequest) => {
    await watch.beforeJoin(request.memberId !== '');
    const joined = await broker.joinGroup(request);
    const { generationId, memberId } = joined;
    watch.joined({ groupId: request.groupId, groupGenerationId: generationId, memberId }, broker);
    return joined;
  };
  tap.offsetCommit = async (request: CommitRequest) => {
    const places = request.topics.flatMap(({ topic, partitions }) =>
      partitions.map((one) => ({ topic, ...one })),
    );
    const outside = places.filter(({ offset }) => Number(offset) < 0);
    if (outside.length === 0) return broker.offsetCommit(request);
    for (const { topic, partition } of outside) watch.outOfRange(topic, partition);
    return undefined;
  };
  return tap;
}
