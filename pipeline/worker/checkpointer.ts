import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Consumer, TopicPartition } from '../broker/index.ts';
import type { Shard } from '../shard/index.ts';
import type { Fenced, Lease, StateStore } from '../state/index.ts';
import type { Clock } from '../time/index.ts';

export interface CheckpointTarget {
  readonly state: StateStore;
  readonly clock: Clock;
  readonly consumer: Consumer;
  readonly partition: TopicPartition;
  readonly everyMs: number;
}

/** The part of a shard that a checkpoint needs. */
export type Stored = Pick<Shard<{ readonly kind: string }>, 'takeChanges'>;

/**
 * Writes a shard's state behind (protocol.md CHECKPOINT): rows and offset are taken in one tick, only after everything
 * below the offset is acknowledged, and checkpoint k+1 leaves only after the answer to k.
 */
export class Checkpointer {
  readonly #target: CheckpointTarget;
  readonly #lease: Lease;
  #basedOn: string | null;
  #seq: number;
  #storedOffset: number;
  #lastAt: EventTimeMs;
  #inFlight: Promise<void> | null = null;
  #failure: Error | null = null;

  constructor(target: CheckpointTarget, fenced: Fenced) {
    this.#target = target;
    this.#lease = fenced.lease;
    this.#basedOn = fenced.checkpoint?.commitId ?? null;
    this.#seq = fenced.checkpoint?.seq ?? 0;
    this.#storedOffset = fenced.checkpoint?.offset ?? -1;
    this.#lastAt = target.clock.now();
  }

  /**
   * Starts a checkpoint when one is due; call it only when all outputs below `offset` are acknowledged. Throws what an
   * earlier checkpoint failed with: the memory is then worthless and the shard must be acquired again.
   */
  maybeStart(shard: Stored, offset: number): void {
    if (this.#failure !== null) throw this.#failure;
    const isDue = this.#target.clock.now() - this.#lastAt >= this.#target.everyMs;
    if (isDue && this.#inFlight === null) this.#start(shard, offset, false);
  }

  /** Takes a last checkpoint and waits for it; part of an orderly release. */
  async finish(shard: Stored, offset: number): Promise<void> {
    await this.#inFlight;
    if (this.#failure !== null) throw this.#failure;
    this.#start(shard, offset, true);
    await this.#inFlight;
    if (this.#failure !== null) throw this.#failure;
  }

  #start(shard: Stored, offset: number, isClean: boolean): void {
    this.#lastAt = this.#target.clock.now();
    if (offset === this.#storedOffset && !isClean) return;
    const changes = shard.takeChanges();
    this.#inFlight = this.#write({ offset, isClean, changes })
      .catch((error: unknown) => {
        this.#failure = error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => {
        this.#inFlight = null;
      });
  }

  async #write(
    taken: Pick<Parameters<StateStore['commit']>[1], 'offset' | 'isClean' | 'changes'>,
  ): Promise<void> {
    const { state, consumer, partition } = this.#target;
    const seq = this.#seq + 1;
    // The log is kept from its start until rebuilding from `from` exists; 0 is true of every state.
    const place = { seq, basedOn: this.#basedOn, from: 0, mutedUntil: null };
    this.#basedOn = await state.commit(this.#lease, { ...taken, ...place });
    this.#seq = seq;
    this.#storedOffset = taken.offset;
    await consumer.commitOffsets([
      { ...partition, offset: taken.offset, metadata: JSON.stringify({ from: 0 }) },
    ]);
  }
}
