import { TocsinError } from '../../../schemas/errors.ts';
import type { CommittedOffset, OffsetCommit, TopicPartition } from '../broker.ts';
import { assertMetadataFits } from '../group-offsets.ts';
import { laneOf } from './acknowledged-send.ts';
import { brokerError } from './broker-error.ts';
import type { Coordinator } from './coordinator.ts';
import type { Membership, OffsetFetchAnswer } from './kafkajs-insides.ts';

/** What the group has granted to a member: a generation, and the partitions of it. */
export interface Grant {
  readonly membership: Membership;
  readonly coordinator: Coordinator;
  readonly lanes: ReadonlySet<string>;
}

/** Looks at what the group shows, until it shows what it must; five seconds in all. */
const maxLooks = 100;
const lookAgainMs = 50;

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

  /**
   * What is committed for partitions of the grant, as of a moment within its generation. Kafka answers from what is
   * replicated, and a broker that has just become the coordinator may not know yet how much that is: it then shows older
   * offsets, or none (H26, seen on Kafka 4.1). So the generation is committed as the offset of the witness: an answer that
   * shows it shows everything that was committed before the generation began.
   */
  async committed(
    grant: Grant | null,
    places: readonly TopicPartition[],
    witness: TopicPartition,
  ): Promise<(CommittedOffset | null)[]> {
    const { membership, coordinator } = granted(grant, places);
    const { groupId, groupGenerationId } = membership;
    try {
      const sign = { ...witness, offset: groupGenerationId, metadata: '' };
      await coordinator.commit({ ...membership, topics: topicsOf([sign]) });
      for (let look = 1; look <= maxLooks; look += 1) {
        const shown = shownIn(await coordinator.committed(requestOf([...places, witness])));
        if ((shown.get(laneOf(witness))?.offset ?? -1) >= groupGenerationId)
          return places.map((place) => shown.get(laneOf(place)) ?? null);
        await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
      }
    } catch (error) {
      throw brokerError(error, `what ${groupId} has committed`);
    }
    throw new TocsinError('broker.unavailable', `${groupId} does not show what it has committed`);
  }

  async #commit(grant: Grant | null, offsets: readonly OffsetCommit[]): Promise<void> {
    for (const offset of offsets) assertMetadataFits(offset);
    const { membership, coordinator } = granted(grant, offsets);
    try {
      await coordinator.commit({ ...membership, topics: topicsOf(offsets) });
    } catch (error) {
      throw brokerError(error, `committing for ${membership.groupId}`);
    }
  }
}

/** The grant, if it covers the places. Kafka would take any: it knows who is a member, not who has which partition. */
function granted(grant: Grant | null, places: readonly TopicPartition[]): Grant {
  if (grant === null) throw new TocsinError('broker.illegal-generation', 'not a member of the group');
  const foreign = places.find((place) => !grant.lanes.has(laneOf(place)));
  if (foreign === undefined) return grant;
  throw new TocsinError('broker.illegal-generation', `${laneOf(foreign)} is not ours`);
}

function requestOf(places: readonly TopicPartition[]) {
  const topics = [...new Set(places.map(({ topic }) => topic))];
  return topics.map((topic) => ({
    topic,
    partitions: places.filter((place) => place.topic === topic).map(({ partition }) => ({ partition })),
  }));
}

/** By lane; what has no offset is left out. */
function shownIn({ responses }: OffsetFetchAnswer): ReadonlyMap<string, CommittedOffset> {
  const shown = new Map<string, CommittedOffset>();
  for (const { topic, partitions } of responses)
    for (const { partition, offset, metadata } of partitions)
      if (Number(offset) >= 0)
        shown.set(laneOf({ topic, partition }), { offset: Number(offset), metadata: metadata ?? '' });
  return shown;
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
