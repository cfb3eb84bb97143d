import { TocsinError } from '../../../schemas/errors.ts';
import type { OffsetCommit } from '../broker.ts';
import { assertMetadataFits } from '../group-offsets.ts';
import { laneOf } from './acknowledged-send.ts';
import { brokerError } from './broker-error.ts';
import type { Coordinator } from './coordinator.ts';
import type { Membership } from './kafkajs-insides.ts';

/** What the group has granted to a member: a generation, and the partitions of it. */
export interface Grant {
  readonly membership: Membership;
  readonly coordinator: Coordinator;
  readonly lanes: ReadonlySet<string>;
}

/**
 * Commits offsets under the generation that was granted, one commit after another. kafkajs' own `commitOffsets` resolves
 * without having done anything once `stop` has begun, and does not say which generation it commits under.
 */
export class GroupCommits {
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * Rejects with `broker.illegal-generation` when the grant does not cover the partitions, or Kafka says so. The grant is
   * that of the call: by the time of its turn, the member may have another one, under which Kafka would take it.
   */
  commit(grant: Grant | null, offsets: readonly OffsetCommit[]): Promise<void> {
    // In turn: an older commit that is tried again must not overwrite a newer one.
    const committed = this.#turn.then(() => this.#commit(grant, offsets));
    this.#turn = committed.catch(() => undefined);
    return committed;
  }

  async #commit(grant: Grant | null, offsets: readonly OffsetCommit[]): Promise<void> {
    for (const offset of offsets) assertMetadataFits(offset);
    if (grant === null) throw new TocsinError('broker.illegal-generation', 'not a member of the group');
    const foreign = offsets.find((offset) => !grant.lanes.has(laneOf(offset)));
    // Kafka would take it: it knows who is a member, not who has which partition.
    if (foreign !== undefined)
      throw new TocsinError('broker.illegal-generation', `${laneOf(foreign)} is not ours`);
    try {
      await grant.coordinator.commit({ ...grant.membership, topics: topicsOf(offsets) });
    } catch (error) {
      throw brokerError(error, `committing for ${grant.membership.groupId}`);
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
