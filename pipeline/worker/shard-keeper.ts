import type { Kinded } from '../../operators/operator.ts';
import { codecs } from '../../schemas/avro/index.ts';
import type { ProduceRecord, Producer, TopicPartition } from '../broker/index.ts';
import type { Shard } from '../shard/index.ts';
import type { Foothold, SnapshotWriter } from '../snapshot/index.ts';
import { Checkpointer } from './checkpointer.ts';
import { senderFor, snapshotWriterFor } from './openings.ts';
import type { ShardSurroundings } from './ports.ts';
import { type Restored, restoreShard } from './restore-shard.ts';
import type { Sender } from './sender.ts';
import type { ShardAssignment } from './shard-assignment.ts';

export interface Kept<Event extends Kinded> {
  readonly assignment: ShardAssignment<Event>;
  readonly place: TopicPartition;
  readonly shard: Shard<Event>;
  readonly around: ShardSurroundings;
  /** For records of the runtime's own; the caller closes it. */
  readonly producer: Producer;
}

/** A millisecond's work: 15 µs each in REDUCE. */
const rowsAtOnce = 50;

/**
 * Keeps what a shard says and knows: outputs in the log, state in the store, and what it is rebuilt from. The order is
 * protocol.md's: restored before the first record; sent before stored; stored before the group's offset moves.
 */
export class ShardKeeper<Event extends Kinded> {
  readonly #kept: Kept<Event>;
  readonly #sender: Sender;
  #checkpointer: Checkpointer | null = null;
  #snapshots: SnapshotWriter | null = null;

  constructor(kept: Kept<Event>) {
    this.#kept = kept;
    this.#sender = senderFor(kept.assignment, kept.place, kept.around);
  }

  get isRestored(): boolean {
    return this.#checkpointer !== null;
  }

  /** What an earlier checkpoint failed with: the shard's memory is worthless then. */
  get failure(): Error | null {
    return this.#checkpointer?.failure ?? null;
  }

  /** Why its state is not stored at this moment; null when nothing is known against it. */
  get refusal(): string | null {
    return this.#checkpointer?.refusal ?? null;
  }

  /** Takes the shard and restores it; resolves with where it goes on. */
  async restore(): Promise<Restored> {
    const { assignment, place, shard, around, producer } = this.#kept;
    const { graph, isTransactional } = assignment;
    const restored = await restoreShard({
      ...{ shard, graph, place, around, isTransactional },
      sender: this.#sender,
    });
    this.#snapshots = snapshotWriterFor(assignment, around, { producer, ...restored });
    const checkpointer = this.#checkpointerFor(restored);
    this.#checkpointer = checkpointer;
    if (restored.fenced.checkpoint === null) await this.#storeFirst(checkpointer, restored.position);
    await this.#proposeVersion();
    return restored;
  }

  /** Sends what the records below `offset` led to. */
  async send(records: readonly ProduceRecord[], offset: number): Promise<void> {
    await this.#sender.send(records, { offset, foothold: this.#footholdAt(offset) });
  }

  /** Between two batches, with everything below `offset` sent: stores what is due. Throws what was refused before. */
  async store(offset: number): Promise<void> {
    const { shard } = this.#kept;
    const checkpointer = this.#checkpointer;
    if (checkpointer === null) return;
    // A quiet shard gets no batch that would find it out.
    if (checkpointer.failure !== null) throw checkpointer.failure;
    // What a checkpoint takes is laid over what was swept before: nothing newer may lie below it.
    if (!checkpointer.isTaking) this.#snapshots?.advance(shard, offset);
    if (!checkpointer.isDue(shard, offset)) return;
    await this.#sender.settle({ offset, foothold: this.#footholdAt(offset) });
    checkpointer.start(shard, offset);
  }

  /** Whether a checkpoint is under way: what changes now is not in it. */
  get isStoring(): boolean {
    return this.#checkpointer?.isStoring ?? false;
  }

  /** Begins to store everything below `offset`, due or not, while nothing is under way; does not wait for it. */
  async storeSoon(offset: number): Promise<void> {
    const checkpointer = this.#checkpointer;
    if (checkpointer === null) return;
    await this.#sender.settle({ offset, foothold: this.#footholdAt(offset) });
    if (checkpointer.failure !== null) throw checkpointer.failure;
    checkpointer.start(this.#kept.shard, offset);
  }

  /** Resolves when nothing is under way any more, which takes as long as the store is away; never rejects. */
  async whenStored(): Promise<void> {
    await this.#checkpointer?.whenStored();
  }

  /** Null unless so much waits to be stored that the shard must take in no more; then what to wait for. */
  get fullUntil(): Promise<void> | null {
    const checkpointer = this.#checkpointer;
    return checkpointer?.isFull(this.#kept.shard) ? checkpointer.whenStored() : null;
  }

  /** Stores everything below `offset`, as the last thing that is done. Throws what that fails with. */
  async finish(offset: number): Promise<void> {
    if (this.#checkpointer === null) return;
    await this.#sender.settle({ offset, foothold: this.#footholdAt(offset) });
    await this.#checkpointer.finish(this.#kept.shard, offset);
  }

  /** Begins nothing more; what is under way may still be carried out. */
  end(): void {
    this.#checkpointer?.close();
    this.#snapshots?.close();
  }

  close(): Promise<void> {
    return this.#sender.close();
  }

  #checkpointerFor({ fenced, mutedUntil }: Restored): Checkpointer {
    const { around } = this.#kept;
    const { state, clock } = around.ports;
    const { checkpointEveryMs, maxChangedRows, rowsEncodedAtOnce = rowsAtOnce } = around.settings;
    const target = {
      ...{ state, clock, mutedUntil, everyMs: checkpointEveryMs, maxChanged: maxChangedRows },
      rowsAtOnce: rowsEncodedAtOnce,
      footholdAt: (offset: number) => this.#footholdAt(offset),
      onTaken: (...taken: Parameters<SnapshotWriter['note']>) => this.#snapshots?.note(...taken),
      // What was committed before a rebuild is not taken back by it.
      onStored: async (offset: number, foothold: Foothold) => {
        if (offset >= (mutedUntil ?? 0)) await this.#sender.stored({ offset, foothold });
      },
      onWaiting: (detail: string) => around.onTrouble('state-away', detail),
    };
    return new Checkpointer(target, fenced);
  }

  /**
   * Before the first record of a shard that was not stored: whoever comes after a crash, with whatever configuration, and
   * with or without what is stored, begins with the configuration that the first outputs were decided by (H18).
   */
  async #storeFirst(checkpointer: Checkpointer, offset: number): Promise<void> {
    const { shard } = this.#kept;
    await this.#snapshots?.takeFirst(shard, offset);
    await this.#sender.settle({ offset, foothold: this.#footholdAt(offset) });
    await checkpointer.storeFirst(shard, offset);
  }

  /** Another configuration than the one the shard's log says so far becomes a record of that log, and acts from there on. */
  async #proposeVersion(): Promise<void> {
    const { assignment, shard, place, around, producer } = this.#kept;
    const { version } = assignment.graph;
    if (version === null || version.hash === shard.version?.hash) return;
    const value = codecs.reduced.encodeFramed(around.schemaIds.reduced, version);
    await producer.send([{ ...place, key: null, value }]);
  }

  /** What a rebuild of the present state, as of `offset`, would stand on. */
  #footholdAt(offset: number): Foothold {
    if (this.#snapshots !== null) return this.#snapshots.foothold;
    const { dependsFrom, host } = this.#kept.shard;
    return { from: dependsFrom ?? offset, snapshot: null, at: host.time.at };
  }
}
