import type { TopicPartition } from '../broker.ts';
import { laneOf } from './acknowledged-send.ts';
import { brokerError } from './broker-error.ts';
import type { KafkaAdmin } from './kafka-admin.ts';

/** Pause between two questions while the broker cannot be reached. */
const retryMs = 500;

/** Looks at an end that lies before where reading is to start; a follower asks for more every half second. */
const maxLooks = 5;

/**
 * Where reading may start. kafkajs would find out by itself, and where a position is not in the log any more it would
 * start elsewhere without a word and commit that over the group's offset: so it is asked to start in the log only.
 */
export class LogEnds {
  readonly #admin: Pick<KafkaAdmin, 'committedOffsets' | 'watermarks'>;
  readonly #group: string;

  constructor(admin: Pick<KafkaAdmin, 'committedOffsets' | 'watermarks'>, group: string) {
    this.#admin = admin;
    this.#group = group;
  }

  /** Committed offsets by lane; nothing for partitions without one. Empty when nobody waits for it any more. */
  async startsOf(
    places: readonly TopicPartition[],
    isWanted: () => boolean,
  ): Promise<ReadonlyMap<string, number>> {
    const starts = new Map<string, number>();
    for (const topic of new Set(places.map((place) => place.topic))) {
      const committed = await whileUnavailable(isWanted, () =>
        this.#admin.committedOffsets(this.#group, topic),
      );
      for (const { partition, offset } of committed ?? []) starts.set(laneOf({ topic, partition }), offset);
    }
    return starts;
  }

  /**
   * The offset if the log holds it or ends there, else the log's first. A new leader may take the log for shorter than it is
   * until its followers have asked for more, so an offset beyond the end is not believed to be there at once.
   */
  async clamp(place: TopicPartition, offset: number, isWanted: () => boolean): Promise<number> {
    for (let look = 1; ; look += 1) {
      const ends = await whileUnavailable(isWanted, () => this.#admin.watermarks(place));
      if (ends === null || (offset >= ends.low && offset <= ends.high)) return offset;
      if (offset < ends.low || look === maxLooks || !isWanted()) return ends.low;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

/** Asks until there is an answer; null when nobody waits for it any more. */
async function whileUnavailable<T>(isWanted: () => boolean, ask: () => Promise<T>): Promise<T | null> {
  while (isWanted()) {
    try {
      return await ask();
    } catch (error) {
      if (brokerError(error, '').code !== 'broker.unavailable') throw error;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
  return null;
}
