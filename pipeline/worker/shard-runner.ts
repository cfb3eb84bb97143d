import type { Kinded } from '../../operators/operator.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { topics } from '../../schemas/topics.ts';
import type { Batch, ProduceRecord, Producer, TopicPartition } from '../broker/index.ts';
import { Shard } from '../shard/index.ts';
import { Checkpointer } from './checkpointer.ts';
import { isLeaseLost } from './lost-lease.ts';
import { Outbox } from './outbox.ts';
import type { ShardSurroundings } from './ports.ts';
import { Serial } from './serial.ts';
import type { ShardAssignment } from './shard-assignment.ts';
import { startOf } from './start-of.ts';

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
  readonly #producer: Producer;
  readonly #serial = new Serial();
  #checkpointer: Checkpointer | null = null;
  #position = 0;
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

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** Takes the shard, restores it, and puts the consumer where its checkpoint ends (protocol.md ACQUIRE). */
  acquire(): Promise<void> {
    return this.exclusively(async () => {
      const { ports, settings } = this.#around;
      const { graph, partition, consumer } = this.#assignment;
      const fenced = await ports.state.fence({ graph: graph.name, partition });
      // Loaded only behind the fence: nobody else can commit any more (H9).
      if (fenced.checkpoint !== null) {
        for await (const rows of ports.state.load(fenced.lease)) this.shard.restore(rows);
        this.shard.restored();
      }
      this.#position = await startOf(this.place, fenced.checkpoint?.offset ?? null, this.#around);
      const target = { ...ports, consumer, partition: this.place, everyMs: settings.checkpointEveryMs };
      this.#checkpointer = new Checkpointer(target, fenced);
      // The offset that is stored with the state, never the group's, which lags behind it (H6).
      if (!this.#isReleased) consumer.seek(this.place, this.#position);
    });
  }

  /** Steps the records, then waits until their outputs are acknowledged, then may take a checkpoint. */
  process(batch: Batch): Promise<void> {
    return this.exclusively(async () => {
      if (batch.epoch !== this.epoch) return;
      const failure = this.#checkpointer?.failure ?? null;
      if (failure !== null) throw failure;
      await this.#assignment.prepare(batch);
      if (this.#isReleased) return;
      this.#step(batch);
      await this.flush();
      this.#position = Math.max(this.#position, (batch.records.at(-1)?.offset ?? -1) + 1);
      this.checkpoint();
    });
  }

  /** Nothing is awaited in here: what is measured is our own work. */
  #step(batch: Batch): void {
    const { onStepped } = this.#around;
    const startedAt = onStepped === undefined ? 0 : performance.now();
    // Records below the position were stepped before; a batch may be older than the seek that put us here.
    for (const record of batch.records) if (record.offset >= this.#position) this.shard.step(record);
    onStepped?.(this.graphName, batch.records.length, performance.now() - startedAt);
  }

  /**
   * Runs a task between batches, alone with the shard; does nothing once the shard is released. Rejects as the task does;
   * the shard is released then.
   */
  exclusively(task: () => Promise<void>): Promise<void> {
    return this.#serial.run(async () => {
      if (this.#isReleased) return;
      try {
        await task();
      } catch (error) {
        this.drop();
        throw error;
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

  /** Produces what the shard has stated; only inside a task: what is missing must not hide behind something newer (BATCH 2). */
  flush(): Promise<void> {
    return this.send(this.#outbox.take());
  }

  /** Produces records of the runtime's own (heartbeats, control copies); only inside a task. */
  async send(records: readonly ProduceRecord[]): Promise<void> {
    if (records.length > 0 && !this.#isReleased) await this.#producer.send(records);
  }

  /** Starts a checkpoint when one is due; only inside a task that has nothing left to send. */
  checkpoint(): void {
    if (!this.#isReleased) this.#checkpointer?.maybeStart(this.shard, this.#position);
  }

  /** Time of the next timer on either clock, or null; what a driver of virtual time waits for. */
  nextDue(): EventTimeMs | null {
    return this.#isReleased ? null : this.shard.host.nextDue();
  }

  /**
   * Finishes the batch, takes a clean checkpoint, lets go. Correctness never depends on it: who finds that the shard is
   * no longer his has nothing to store.
   */
  async release(): Promise<void> {
    try {
      await this.exclusively(async () => this.#checkpointer?.finish(this.shard, this.#position));
    } catch (error) {
      if (!isLeaseLost(error)) throw error;
    } finally {
      this.#isReleased = true;
      await this.#close();
    }
  }

  /** Lets go at once, as a crash would: the task under way sends and stores nothing more. */
  drop(): void {
    this.#isReleased = true;
    this.#close().catch(() => undefined);
  }

  #close(): Promise<void> {
    this.#closed ??= this.#serial.run(() => this.#producer.close());
    return this.#closed;
  }
}
