import type { Kinded } from '../../operators/operator.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { topics } from '../../schemas/topics.ts';
import type { Batch, ProduceRecord, Producer, TopicPartition } from '../broker/index.ts';
import { Shard } from '../shard/index.ts';
import { Outbox } from './outbox.ts';
import { isPassing } from './passing.ts';
import { Portions } from './portions.ts';
import type { ShardSurroundings } from './ports.ts';
import { Serial } from './serial.ts';
import type { ShardAssignment } from './shard-assignment.ts';
import { ShardIntake } from './shard-intake.ts';
import { ShardKeeper } from './shard-keeper.ts';

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
  readonly #keeper: ShardKeeper<Event>;
  readonly #portions: Portions;
  readonly #intake: ShardIntake<Event>;
  /** For records of the runtime's own: into the shard's input, to other shards, and snapshots. */
  readonly #producer: Producer;
  readonly #serial = new Serial();
  #position = 0;
  /** Null when nothing is muted any more. */
  #mutedUntil: number | null = null;
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
    const { shard, place } = this;
    this.#keeper = new ShardKeeper({ assignment, place, shard, around, producer: this.#producer });
    const isReleased = () => this.#isReleased;
    this.#portions = new Portions({
      ...{ shard, clock: around.ports.clock, atOnce: around.settings.stepsAtOnce, isReleased },
      isQuick: graph.states === 'facts',
      // A transaction holds all that a record leads to, with its offset.
      send: assignment.isTransactional ? null : () => this.flush(),
    });
    this.#intake = new ShardIntake({
      ...{ assignment, place, shard, around, isReleased },
      ...{ outbox: this.#outbox, keeper: this.#keeper, portions: this.#portions },
    });
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
    return this.#keeper.isRestored && !this.#isReleased;
  }

  /** What it stated of some records was acknowledged: its neighbours were there. */
  get hasProgressed(): boolean {
    return this.#hasProgressed;
  }

  /** Stopped, since too many of its records are dead letters. */
  get isBraked(): boolean {
    return this.#intake.isBraked;
  }

  /** Why the store does not take its state; null when nothing is known against it. */
  get refusal(): string | null {
    return this.#isReleased ? null : this.#keeper.refusal;
  }

  /** Records that this instance has put aside unseen. */
  get shedRecords(): number {
    return this.#intake.shedRecords;
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** Takes the shard, restores it, and has the consumer go on where its state ends (protocol.md ACQUIRE). */
  acquire(): Promise<void> {
    return this.exclusively(async () => {
      const { position, mutedUntil } = await this.#keeper.restore();
      if (this.#isReleased) return;
      this.#position = position;
      this.#outbox.muteBelow(mutedUntil ?? 0);
      this.#mutedUntil = mutedUntil;
      const { consumer } = this.#assignment;
      consumer.seek(this.place, position);
      // Whatever paused it belongs to an instance before this one.
      consumer.resume([this.place]);
    });
  }

  /** Steps the records, then waits until their outputs are acknowledged, then may store. */
  process(batch: Batch): Promise<void> {
    return this.exclusively(async () => {
      if (batch.epoch !== this.epoch) return;
      const { failure } = this.#keeper;
      if (failure !== null) throw failure;
      if (!(await this.#intake.admits(batch, this.#position)) || this.#isReleased) return;
      const position = await this.#intake.step(batch, this.#position);
      if (position === null) return;
      this.#position = position;
      if (!(await this.#speakUp())) return;
      await this.flush();
      this.#hasProgressed = true;
      await this.store();
    });
  }

  /**
   * At the end of a muted replay. Facts are stated anew, since the replay does not know which of them were: the shard before
   * may have held back what this one believes to have said. False when the shard was let go of meanwhile.
   */
  async #speakUp(): Promise<boolean> {
    if (this.#mutedUntil === null || this.#position < this.#mutedUntil) return true;
    this.#mutedUntil = null;
    this.#outbox.muteBelow(0);
    const { factsFrom } = this.#assignment.graph;
    return factsFrom === null || this.#whole((atOnce) => this.shard.restate(factsFrom, atOnce));
  }

  /** Moves time while nothing comes, and states what is over or, if `flush` names the stage, held back; only inside a task. */
  async idle(at: EventTimeMs, flush: string | null): Promise<void> {
    if (await this.#whole((atOnce) => this.shard.idle(at, flush, atOnce))) await this.flush();
  }

  /** Has the shard do something, in portions; false when it was let go of before the end. */
  async #whole(begin: (timersAtOnce: number) => boolean): Promise<boolean> {
    return begin(this.#portions.timersAtOnce) || this.#portions.finish();
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

  /** Next offset that may hold something for this shard. */
  get handled(): number {
    if (this.#isReleased) return this.#position;
    // Markers and aborted records have offsets too; the consumer knows which ones it stepped over.
    return Math.max(this.#assignment.consumer.position(this.place) ?? 0, this.#position);
  }

  /** Whether the log ended behind what was processed, at a moment during the call; only inside a task. */
  async isAtEnd(): Promise<boolean> {
    const { high } = await this.#around.ports.broker.admin.watermarks(this.place);
    return this.handled >= high;
  }

  /** Sends what the shard has stated; only inside a task: what is missing must not hide behind something newer (BATCH 2). */
  async flush(): Promise<void> {
    if (!this.#isReleased) await this.#keeper.send(this.#outbox.take(), this.#position);
  }

  /** Produces records of the runtime's own (heartbeats, control copies); only inside a task. */
  async send(records: readonly ProduceRecord[]): Promise<void> {
    if (records.length > 0 && !this.#isReleased) await this.#producer.send(records);
  }

  /** Stores what is due; only inside a task that has nothing left to send. */
  async store(): Promise<void> {
    if (!this.#isReleased) await this.#keeper.store(this.#position);
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
      await this.#serial.run(async () => {
        if (!this.#isReleased) await this.#keeper.finish(this.#position);
      });
    } catch (error) {
      if (!isPassing(error)) throw error;
    } finally {
      this.drop();
      await this.#closed;
    }
  }

  /** Lets go at once, as a crash would: the task under way sends and stores nothing more. */
  drop(): void {
    this.#isReleased = true;
    this.#keeper.end();
    this.#closed ??= this.#serial.run(async () => {
      await Promise.all([this.#producer.close(), this.#keeper.close()]);
    });
    this.#closed.catch(() => undefined);
  }
}
