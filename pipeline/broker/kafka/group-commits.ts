import { TocsinError } from '../../../schemas/errors.ts';
import type { OffsetCommit } from '../broker.ts';
import { assertMetadataFits } from '../group-offsets.ts';
import { laneOf } from './acknowledged-send.ts';
import { brokerError, hasType } from './broker-error.ts';
import type { InnerBroker, InnerCluster, Membership } from './kafkajs-insides.ts';

/** What the group has granted to a member: a generation, and the partitions of it. */
export interface Grant {
  readonly membership: Membership;
  readonly lanes: ReadonlySet<string>;
  coordinator: InnerBroker;
}

const maxAttempts = 6;
const retryMs = 100;

/** The coordinator has moved, is being loaded or cannot be reached: ask who it is now, and say it again. */
const moved = ['NOT_COORDINATOR_FOR_GROUP', 'GROUP_COORDINATOR_NOT_AVAILABLE', 'GROUP_LOAD_IN_PROGRESS'];

/**
 * Commits offsets under the generation that was granted, one commit after another. kafkajs' own `commitOffsets` resolves
 * without having done anything once `stop` has begun, and does not say which generation it commits under.
 */
export class GroupCommits {
  readonly #cluster: () => InnerCluster;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(cluster: () => InnerCluster) {
    this.#cluster = cluster;
  }

  /** Rejects with `broker.illegal-generation` when `grant()` no longer covers the partitions, or Kafka says so. */
  commit(grant: () => Grant | null, offsets: readonly OffsetCommit[]): Promise<void> {
    // In turn: an older commit that is tried again must not overwrite a newer one.
    const committed = this.#turn.then(() => this.#commit(grant, offsets));
    this.#turn = committed.catch(() => undefined);
    return committed;
  }

  async #commit(grant: () => Grant | null, offsets: readonly OffsetCommit[]): Promise<void> {
    for (const offset of offsets) assertMetadataFits(offset);
    for (let attempt = 1; ; attempt += 1) {
      const granted = grant();
      if (granted === null) throw new TocsinError('broker.illegal-generation', 'not a member of the group');
      const foreign = offsets.find((offset) => !granted.lanes.has(laneOf(offset)));
      // Kafka would take it: it knows who is a member, not who has which partition.
      if (foreign !== undefined)
        throw new TocsinError('broker.illegal-generation', `${laneOf(foreign)} is not ours`);
      try {
        await granted.coordinator.offsetCommit({ ...granted.membership, topics: topicsOf(offsets) });
        return;
      } catch (error) {
        const failure = brokerError(error, `committing for ${granted.membership.groupId}`);
        const mayPass = failure.code === 'broker.unavailable' || hasType(error, moved);
        if (!mayPass || attempt === maxAttempts) throw failure;
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      await this.#findCoordinator(granted);
    }
  }

  async #findCoordinator(granted: Grant): Promise<void> {
    const { groupId } = granted.membership;
    try {
      granted.coordinator = await this.#cluster().findGroupCoordinator({ groupId });
    } catch {
      // The next attempt meets the old one again, and says so.
    }
  }
}

/** Offsets as Kafka's requests list them: each topic once. */
export function topicsOf(offsets: readonly OffsetCommit[]) {
  const topics = new Map<string, { partition: number; offset: string; metadata: string }[]>();
  for (const { topic, partition, offset, metadata } of offsets) {
    const partitions = topics.get(topic) ?? [];
    topics.set(topic, partitions);
    partitions.push({ partition, offset: String(offset), metadata });
  }
  return Array.from(topics, ([topic, partitions]) => ({ topic, partitions }));
}
