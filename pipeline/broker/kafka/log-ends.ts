import type { TopicPartition } from '../broker.ts';
import { laneOf } from './acknowledged-send.ts';
import { brokerError } from './broker-error.ts';
import type { KafkaAdmin } from './kafka-admin.ts';

/** Pause between two questions while the broker cannot be reached. */
const retryMs = 500;

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

  /** The offset if the log holds it or ends there, else the log's first. */
  async clamp(place: TopicPartition, offset: number, isWanted: () => boolean): Promise<number> {
    const ends = await whileUnavailable(isWanted, () => this.#admin.watermarks(place));
    return ends === null || (offset >= ends.low && offset <= ends.high) ? offset : ends.low;
  }
}

/** Asks until there is an answer; null when nobody waits for it any more. */
export async function whileUnavailable<T>(isWanted: () => boolean, ask: () => Promise<T>): Promise<T | null> {
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
