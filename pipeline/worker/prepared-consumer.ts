import type { Batch, Consumer, ConsumerHandlers, TopicPartition } from '../broker/index.ts';
import type { Clock } from '../time/index.ts';
import { isPassing } from './passing.ts';

export interface Preparing {
  readonly clock: Clock;
  /** Makes ready what a batch is read with. */
  readonly prepare: (batch: Batch) => Promise<void>;
  /** A partition waits, for a reason that may pass. */
  readonly onWaiting: (detail: string) => void;
}

/** How long a partition waits before it is looked at again. */
const prepareAgainMs = 1_000;

/**
 * The consumer, with every batch prepared before it is handed over. One that cannot be for now is given back, and its partition
 * rests: the group is not kept waiting.
 */
export class PreparedConsumer implements Consumer {
  readonly #inner: Consumer;
  readonly #preparing: Preparing;
  /** What whoever reads has paused; a partition that rests besides goes on only when both let it. */
  readonly #paused = new Set<string>();
  /** Partitions that rest, each under the assignment in which it began to. */
  readonly #resting = new Map<string, number>();

  constructor(inner: Consumer, preparing: Preparing) {
    this.#inner = inner;
    this.#preparing = preparing;
  }

  start(handlers: ConsumerHandlers): Promise<void> {
    return this.#inner.start({
      onAssigned: (assigned, epoch) => {
        this.#paused.clear();
        this.#resting.clear();
        return handlers.onAssigned(assigned, epoch);
      },
      onRevoked: (revoked, epoch) => handlers.onRevoked(revoked, epoch),
      onBatch: async (batch) => {
        if (await this.#isPrepared(batch)) await handlers.onBatch(batch);
      },
      onFailure: (error) => handlers.onFailure(error),
    });
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) this.#paused.add(keyOf(place));
    this.#inner.pause(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const place of partitions) this.#paused.delete(keyOf(place));
    this.#inner.resume(partitions.filter((place) => !this.#resting.has(keyOf(place))));
  }

  seek(partition: TopicPartition, offset: number): void {
    this.#inner.seek(partition, offset);
  }

  position(partition: TopicPartition): number | null {
    return this.#inner.position(partition);
  }

  commitOffsets(...given: Parameters<Consumer['commitOffsets']>): Promise<void> {
    return this.#inner.commitOffsets(...given);
  }

  committed(...given: Parameters<Consumer['committed']>): ReturnType<Consumer['committed']> {
    return this.#inner.committed(...given);
  }

  owns(partition: TopicPartition): Promise<boolean> {
    return this.#inner.owns(partition);
  }

  stop(): Promise<void> {
    this.#resting.clear();
    return this.#inner.stop();
  }

  async #isPrepared(batch: Batch): Promise<boolean> {
    try {
      await this.#preparing.prepare(batch);
      return true;
    } catch (error) {
      if (!isPassing(error)) throw error;
      this.#preparing.onWaiting(`${keyOf(batch)}: ${String(error)}`);
      this.#rest(batch);
      return false;
    }
  }

  #rest({ topic, partition, epoch, records }: Batch): void {
    const { clock } = this.#preparing;
    const place = { topic, partition };
    const key = keyOf(place);
    this.#resting.set(key, epoch);
    this.#inner.pause([place]);
    const [first] = records;
    if (first !== undefined) this.#inner.seek(place, first.offset);
    clock.schedule(clock.now() + prepareAgainMs, () => {
      if (this.#resting.get(key) !== epoch) return;
      this.#resting.delete(key);
      if (!this.#paused.has(key)) this.#inner.resume([place]);
    });
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
