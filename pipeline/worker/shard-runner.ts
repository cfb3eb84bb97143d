import type { Kinded } from '../../operators/operator.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { topics } from '../../schemas/topics.ts';
import type { Batch, ProduceRecord, Producer, TopicPartition } from '../broker/index.ts';
import { Shard } from '../shard/index.ts';
import type { Foothold, SnapshotWriter } from '../snapshot/index.ts';
import { sleep } from '../time/index.ts';
import { Checkpointer } from './checkpointer.ts';
import { senderFor, snapshotWriterFor } from './openings.ts';
import { Outbox } from './outbox.ts';
import { isPassing } from './passing.ts';
import type { ShardSurroundings } from './ports.ts';
import { restoreShard } from './restore-shard.ts';
import type { Sender } from './sender.ts';
import { Serial } from './serial.ts';
import type { ShardAssignment } from './shard-assignment.ts';

/** How long a shard waits before it looks again for a schema that nobody could tell it. */
const prepareAgainMs = 1_000;

/**
 * One shard with its effects, for one assignment: nothing is shared with an earlier instance, which is a zombie like
 * any other (protocol.md ACQUIRE 1).
 *
 *   opened ─ acquire ─▶ running ─ release ─▶ released
 *      └──── drop ─────────┴───── drop ────▶ released      (a task failed, fenced, presumed dead)
 *
 * Whatever touches the shard is a task, one at a time. A task that fails leaves memory ahead of what is acknowledged or
 * stored, so it ends the instance: what is queued behind it does nothing.
 */
export class ShardRunner<Event extends Kinded> {
  readonly shard: Shard<Event>;
  readonly place: TopicPartition;
  readonly epoch: number;
  readonly #assignment: ShardAssignment<Event>;
  readonly #around: ShardSurroundings;
  readonly #outbox: Outbox;
  readonly #sender: Sender;
  /** For records of the runtime's own: into the shard's input, to other shards, and snapshots. */
  readonly #producer: Producer;
  readonly #serial = new Serial();
  #checkpointer: Checkpointer | null = null;
  #snapshots: SnapshotWriter | null = null;
  #position = 0;
  #isHeldBack = false;
  #hasProgressed = false;
  #isReleased = false;
  #closed: Promise<void> | null = null;

  constructor(assignment: ShardAssignment<Event>, around: ShardSurroundings) {
    const { graph, partition, epoch } = assignment;
    this.#assignment = assignment;
    this.#around = around;
    this.epoch = epoch;
    this.place = { topic: topics[graph.input].name, partition };
    this.#outbox = new Outbox({ ...around, graph: graph.name, partition });
    this.shard = new Shard(graph, partition, this.#outbox);
    this.#producer = around.ports.broker.producer();
    this.#sender = senderFor(assignment, this.place, around);
  }

  /** Next offset of the input that has not been processed. */
  get position(): number {
    return this.#position;
  }

  get graphName(): string {
    return this.#assignment.graph.name;
  }

  /** Restored, and not released. */
  get isRunning(): boolean {
    return this.#checkpointer !== null && !this.#isReleased;
  }

  /** What it stated of some records was acknowledged: its neighbours were there. */
  get hasProgressed(): boolean {
    return this.#hasProgressed;
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** Takes no records for now: too much waits to be stored, or a schema cannot be had. */
  get isHeldBack(): boolean {
    return this.#isHeldBack;
  }

  /** Takes the shard, restores it, and has the consumer go on where its state ends (protocol.md ACQUIRE). */
  acquire(): Promise<void> {
    return this.exclusively(async () => {
      const { graph, consumer, isTransactional } = this.#assignment;
      const restoring = {
        shard: this.shard,
        graph,
        place: this.place,
        sender: this.#sender,
        isTransactional,
      };
      const restored = await restoreShard({ ...restoring, around: this.#around });
      if (this.#isReleased) return;
      const { fenced, position, mutedUntil } = restored;
      this.#position = position;
      this.#outbox.muteBelow(mutedUntil ?? 0);
      this.#snapshots = snapshotWriterFor(this.#assignment, this.#around, {
        producer: this.#producer,
        ...restored,
      });
      const { state, clock } = this.#around.ports;
      const { checkpointEveryMs, maxChangedRows } = this.#around.settings;
      this.#checkpointer = new Checkpointer(
        {
          ...{ state, clock, mutedUntil, everyMs: checkpointEveryMs, maxChanged: maxChangedRows },
          footholdAt: (offset) => this.#footholdAt(offset),
          onTaken: (changes, offset) => this.#snapshots?.note(changes, offset),
          // What was committed before a rebuild is not taken back by it.
          onStored: async (offset, foothold) => {
            if (offset >= (mutedUntil ?? 0)) await this.#sender.stored({ offset, foothold });
          },
          onWaiting: (detail) => this.#around.onTrouble('state-away', detail),
        },
        fenced,
      );
      consumer.seek(this.place, position);
      // Whatever paused it belongs to an instance before this one.
      consumer.resume([this.place]);
    });
  }

  /** Steps the records, then waits until their outputs are acknowledged, then may take a checkpoint. */
  process(batch: Batch): Promise<void> {
    return this.exclusively(async () => {
      if (batch.epoch !== this.epoch || this.#isHeldBack) return;
      const checkpointer = this.#checkpointer;
      if (checkpointer === null) return;
      if (checkpointer.failure !== null) throw checkpointer.failure;
      if (checkpointer.isFull(this.shard)) return this.#holdBack(checkpointer.whenStored());
      if (!(await this.#isPrepared(batch)) || this.#isReleased) return;
      this.#step(batch);
      await this.flush();
      this.#hasProgressed = true;
      this.#snapshots?.advance(this.shard, this.#position);
      await this.checkpoint();
    });
  }

  /** Nothing is awaited in here: what is measured is our own work. */
  #step(batch: Batch): void {
    const { onStepped } = this.#around;
    const startedAt = onStepped === undefined ? 0 : performance.now();
    // Records below the position were stepped before; a batch may be older than the seek that put us here.
    for (const record of batch.records) if (record.offset >= this.#position) this.shard.step(record);
    onStepped?.(this.graphName, batch.records.length, performance.now() - startedAt);
    this.#position = Math.max(this.#position, (batch.records.at(-1)?.offset ?? -1) + 1);
  }

  /** False when something that a step cannot wait for is not to be had now: the shard looks again later. */
  async #isPrepared(batch: Batch): Promise<boolean> {
    try {
      await this.#assignment.prepare(batch);
      return true;
    } catch (error) {
      if (!isPassing(error)) throw error;
      this.#around.onTrouble('shard-waits', `${this.place.topic}/${this.place.partition}: ${String(error)}`);
      this.#holdBack(sleep(this.#around.ports.clock, prepareAgainMs));
      return false;
    }
  }

  /** Gives the batch back and takes none until the promise resolves. The group is not kept waiting for it. */
  #holdBack(until: Promise<void>): void {
    const { consumer } = this.#assignment;
    this.#isHeldBack = true;
    consumer.pause([this.place]);
    consumer.seek(this.place, this.#position);
    void until.then(() => {
      this.#isHeldBack = false;
      if (!this.#isReleased) consumer.resume([this.place]);
    });
  }

  /**
   * Runs a task between batches, alone with the shard; does nothing once the shard is released. A task that fails releases
   * the shard. What it failed with goes to `onLost` when it may pass, and resolves as that does; else it is rejected with.
   */
  exclusively(task: () => Promise<void>): Promise<void> {
    return this.#serial.run(async () => {
      if (this.#isReleased) return;
      try {
        await task();
      } catch (error) {
        this.drop();
        if (!isPassing(error)) throw error;
        await this.#assignment.onLost(error);
      }
    });
  }

  /** Whether the log ended behind what was processed, at a moment during the call; only inside a task. */
  async isAtEnd(): Promise<boolean> {
    const { high } = await this.#around.ports.broker.admin.watermarks(this.place);
    // Markers and aborted records have offsets too; the consumer knows which ones it stepped over.
    const handled = this.#assignment.consumer.position(this.place) ?? 0;
    return Math.max(handled, this.#position) >= high;
  }

  /** Sends what the shard has stated; only inside a task: what is missing must not hide behind something newer (BATCH 2). */
  async flush(): Promise<void> {
    if (!this.#isReleased) await this.#sender.send(this.#outbox.take(), this.#reached());
  }

  /** Produces records of the runtime's own (heartbeats, control copies); only inside a task. */
  async send(records: readonly ProduceRecord[]): Promise<void> {
    if (records.length > 0 && !this.#isReleased) await this.#producer.send(records);
  }

  /** Starts a checkpoint when one is due; only inside a task that has nothing left to send. */
  async checkpoint(): Promise<void> {
    const checkpointer = this.#checkpointer;
    if (this.#isReleased || !checkpointer?.isDue(this.shard, this.#position)) return;
    await this.#sender.settle(this.#reached());
    if (!this.#isReleased) checkpointer.start(this.shard, this.#position);
  }

  /** Time of the next timer on either clock, or null; what a driver of virtual time waits for. */
  nextDue(): EventTimeMs | null {
    return this.#isReleased ? null : this.shard.host.nextDue();
  }

  /**
   * Finishes the batch, takes a clean checkpoint, lets go. Correctness never depends on it: who finds that the shard is
   * no longer his, or that a neighbour is away, has nothing to store.
   */
  async release(): Promise<void> {
    try {
      await this.#serial.run(() => this.#finish());
    } catch (error) {
      if (!isPassing(error)) throw error;
    } finally {
      this.drop();
      await this.#closed;
    }
  }

  async #finish(): Promise<void> {
    const checkpointer = this.#checkpointer;
    if (this.#isReleased || checkpointer === null) return;
    await this.#sender.settle(this.#reached());
    await checkpointer.finish(this.shard, this.#position);
  }

  /** Lets go at once, as a crash would: the task under way sends and stores nothing more. */
  drop(): void {
    this.#isReleased = true;
    this.#checkpointer?.close();
    this.#snapshots?.close();
    this.#closed ??= this.#serial.run(async () => {
      await Promise.all([this.#producer.close(), this.#sender.close()]);
    });
    this.#closed.catch(() => undefined);
  }

  #reached(): { readonly offset: number; readonly foothold: Foothold } {
    return { offset: this.#position, foothold: this.#footholdAt(this.#position) };
  }

  /** What a rebuild of the present state would stand on. */
  #footholdAt(offset: number): Foothold {
    const { foothold } = this.#snapshots ?? {};
    return foothold ?? { from: this.shard.dependsFrom ?? offset, snapshot: null };
  }
}
