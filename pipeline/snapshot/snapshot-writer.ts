import { snapshotCodec } from '../../schemas/avro/index.ts';
import type { SnapshotRow } from '../../schemas/snapshot.ts';
import { topics } from '../../schemas/topics.ts';
import type { Producer } from '../broker/index.ts';
import type { Clock } from '../time/index.ts';
import type { Foothold } from './foothold.ts';
import { OpenSnapshot } from './open-snapshot.ts';

export interface SnapshotTarget {
  readonly producer: Producer;
  readonly partition: number;
  readonly schemaId: number;
  readonly clock: Clock;
  /** 0 for never. */
  readonly everyMs: number;
  /** Sooner when a replay would have to work through so many records. */
  readonly everyRecords: number;
  /** A word that no other instance of any shard uses. */
  readonly name: string;
  /** A snapshot came to nothing; another one follows. */
  readonly onFailure: (error: unknown) => void;
}

/** The part of a shard that a snapshot needs. */
export interface Pictured {
  rows(): Iterable<SnapshotRow>;
}

/**
 * Writes a shard's whole state to `snapshots.v1` now and then, so that a shard whose stored state is lost has something to
 * be rebuilt from (protocol.md RECOVER). Rows are swept a few at a time between batches; what checkpoints take meanwhile is
 * laid over them, and the checkpoint after the sweep completes the snapshot: state and offset belong to one tick.
 */
export class SnapshotWriter {
  readonly #target: SnapshotTarget;
  #foothold: Foothold;
  #open: OpenSnapshot | null = null;
  #lastAt: number;
  #count = 0;
  #isClosed = false;

  constructor(target: SnapshotTarget, foothold: Foothold) {
    this.#target = target;
    this.#foothold = foothold;
    this.#lastAt = target.clock.now();
  }

  /** What a rebuild stands on now. */
  get foothold(): Foothold {
    return this.#foothold;
  }

  /** Between two batches: begins a snapshot that is due, or goes on with the one under way. */
  advance(shard: Pictured, offset: number): void {
    if (this.#isClosed) return;
    if (this.#open === null && this.#isDue(offset)) this.#begin(shard);
    this.#open?.sweep();
  }

  /** A checkpoint took these changes as of `offset`, in this tick. */
  note(changes: readonly SnapshotRow[], offset: number): void {
    const open = this.#open;
    if (open === null || this.#isClosed) return;
    const isLast = open.isSwept;
    open.lay(changes, isLast ? offset : null);
    if (!isLast) return;
    this.#open = null;
    this.#lastAt = this.#target.clock.now();
    void open.place().then((snapshot) => {
      // Null: one of its pieces was refused.
      if (snapshot !== null) this.#foothold = { from: offset, snapshot, at: 0 };
    });
  }

  /** Writes all rows at once, and resolves when they are acknowledged: for a shard that has next to none. */
  async takeFirst(shard: Pictured, offset: number): Promise<void> {
    if (this.#target.everyMs === 0 || this.#foothold.snapshot !== null) return;
    const open = this.#begin(shard);
    open.sweepAll(offset);
    const snapshot = await open.place();
    this.#open = null;
    if (snapshot !== null) this.#foothold = { from: offset, snapshot, at: 0 };
  }

  close(): void {
    this.#isClosed = true;
    this.#open = null;
  }

  #isDue(offset: number): boolean {
    const { everyMs, everyRecords, clock } = this.#target;
    if (everyMs === 0 || offset === this.#foothold.from) return false;
    if (offset - this.#foothold.from >= everyRecords) return true;
    return clock.now() - this.#lastAt >= everyMs;
  }

  #begin(shard: Pictured): OpenSnapshot {
    const { partition, producer, schemaId, name, onFailure } = this.#target;
    const id = `${name}:${this.#count}`;
    this.#count += 1;
    const open = new OpenSnapshot(shard.rows(), {
      send: async (piece) => {
        const value = snapshotCodec.encodeFramed(schemaId, { id, ...piece });
        const record = { topic: topics.snapshots.name, partition, key: Buffer.from(id), value };
        const [acknowledged] = await producer.send([record]);
        return acknowledged?.baseOffset ?? 0;
      },
      id,
      onFailure: (error) => {
        this.#open = null;
        this.#lastAt = this.#target.clock.now();
        if (!this.#isClosed) onFailure(error);
      },
    });
    this.#open = open;
    return open;
  }
}
