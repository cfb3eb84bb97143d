import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Consumer, TopicPartition } from '../broker/index.ts';
import type { Shard } from '../shard/index.ts';
import type { Checkpoint, Fenced, Lease, StateStore } from '../state/index.ts';
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

/** What one checkpoint stores: everything of it is taken in one tick. */
type Taken = Pick<Checkpoint, 'offset' | 'isClean' | 'changes'>;

/**
 * Writes a shard's state behind (protocol.md CHECKPOINT): rows and offset are taken in one tick, only after everything
 * below the offset is acknowledged, and checkpoint k+1 leaves only after the answer to k. When one fails, the changes it
 * took are gone from the shard's memory: nothing more is stored, and the shard must be acquired again.
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

  /** What an earlier checkpoint failed with: the shard's memory is worthless then. */
  get failure(): Error | null {
    return this.#failure;
  }

  /**
   * Starts a checkpoint when one is due, there is something new, and none is under way; call it only when all outputs
   * below `offset` are acknowledged.
   */
  maybeStart(shard: Stored, offset: number): void {
    const { clock, everyMs } = this.#target;
    if (this.#failure !== null || this.#inFlight !== null || offset === this.#storedOffset) return;
    if (clock.now() - this.#lastAt >= everyMs) this.#start(shard, offset, false);
  }

  /** Takes a last checkpoint and waits for it; part of an orderly release. Throws what it, or an earlier one, failed with. */
  async finish(shard: Stored, offset: number): Promise<void> {
    await this.#inFlight;
    if (this.#failure === null) this.#start(shard, offset, true);
    await this.#inFlight;
    if (this.#failure !== null) throw this.#failure;
  }

  #start(shard: Stored, offset: number, isClean: boolean): void {
    this.#lastAt = this.#target.clock.now();
    this.#inFlight = this.#write({ offset, isClean, changes: shard.takeChanges() })
      .catch((error: unknown) => {
        this.#failure = error instanceof Error ? error : new Error(String(error));
      })
      .finally(() => {
        this.#inFlight = null;
      });
  }

  async #write(taken: Taken): Promise<void> {
    const { state, consumer, partition } = this.#target;
    const seq = this.#seq + 1;
    // The log is kept from its start until rebuilding from `from` exists; 0 is true of every state.
    const place = { seq, basedOn: this.#basedOn, from: 0, mutedUntil: null };
    this.#basedOn = await state.commit(this.#lease, { ...taken, ...place });
    this.#seq = seq;
    this.#storedOffset = taken.offset;
    const metadata = JSON.stringify({ from: place.from });
    await consumer.commitOffsets([{ ...partition, offset: taken.offset, metadata }]);
  }
}
