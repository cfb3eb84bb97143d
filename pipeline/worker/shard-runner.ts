import type { Kinded } from '../../operators/operator.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { topics } from '../../schemas/topics.ts';
import type { Batch, Consumer, Producer, TopicPartition } from '../broker/index.ts';
import type { Graph } from '../graphs.ts';
import { Shard } from '../shard/index.ts';
import { Checkpointer } from './checkpointer.ts';
import { Outbox } from './outbox.ts';
import type { ShardSurroundings } from './ports.ts';
import { Serial } from './serial.ts';

/** What a runner is opened with: its graph, its place, and the consumer that feeds it. */
export interface ShardAssignment<Event extends Kinded> {
  readonly graph: Graph<Event>;
  readonly partition: number;
  readonly epoch: number;
  readonly consumer: Consumer;
  /** Makes everything ready that a synchronous step cannot wait for (schemas that are not known yet). */
  readonly prepare: (batch: Batch) => Promise<void>;
}

/**
 * One shard with its effects, for one assignment: nothing is shared with an earlier instance, which is a zombie like
 * any other (protocol.md ACQUIRE 1).
 *
 *   opened ─ acquire ─▶ running ─ release ─▶ released
 *                          └──── drop ─────▶ released      (fenced, gap, presumed dead)
 */
export class ShardRunner<Event extends Kinded> {
  readonly shard: Shard<Event>;
  readonly serial = new Serial();
  readonly place: TopicPartition;
  readonly epoch: number;
  readonly #assignment: ShardAssignment<Event>;
  readonly #around: ShardSurroundings;
  readonly #outbox: Outbox;
  readonly #producer: Producer;
  #checkpointer: Checkpointer | null = null;
  #position = 0;
  #isReleased = false;

  constructor(assignment: ShardAssignment<Event>, around: ShardSurroundings) {
    this.#assignment = assignment;
    this.#around = around;
    this.epoch = assignment.epoch;
    this.place = { topic: topics[assignment.graph.input].name, partition: assignment.partition };
    this.#outbox = new Outbox({
      graph: assignment.graph.name,
      partition: assignment.partition,
      schemaIds: around.schemaIds,
      reducedPartitions: around.reducedPartitions,
      onAssigned: around.onAssigned,
    });
    this.shard = new Shard(assignment.graph, assignment.partition, this.#outbox);
    this.#producer = around.ports.broker.producer();
  }

  /** Next offset of the input that has not been processed. */
  get position(): number {
    return this.#position;
  }

  get graphName(): string {
    return this.#assignment.graph.name;
  }

  get isReleased(): boolean {
    return this.#isReleased;
  }

  /** Takes the shard, restores it, and puts the consumer where its checkpoint ends (protocol.md ACQUIRE). */
  async acquire(): Promise<void> {
    const { ports, settings } = this.#around;
    const { graph, partition, consumer } = this.#assignment;
    const fenced = await ports.state.fence({ graph: graph.name, partition });
    if (fenced.checkpoint !== null) {
      for await (const rows of ports.state.load(fenced.lease)) this.shard.restore(rows);
      this.shard.restored();
    }
    const { low } = await ports.broker.admin.watermarks(this.place);
    this.#position = fenced.checkpoint?.offset ?? low;
    const target = { ...ports, consumer, partition: this.place, everyMs: settings.checkpointEveryMs };
    this.#checkpointer = new Checkpointer(target, fenced);
    consumer.seek(this.place, this.#position);
  }

  /** Steps the records, then waits until their outputs are acknowledged, then may take a checkpoint. */
  process(batch: Batch): Promise<void> {
    return this.serial.run(async () => {
      if (this.#isReleased || batch.epoch !== this.epoch) return;
      await this.#assignment.prepare(batch);
      for (const record of batch.records) this.shard.step(record);
      const last = batch.records.at(-1);
      await this.send();
      if (last !== undefined) this.#position = last.offset + 1;
      this.#checkpointer?.maybeStart(this.shard, this.#position);
    });
  }

  /**
   * Produces what the shard has stated. The next send starts after this one is acknowledged: what is missing would
   * otherwise hide behind something newer (protocol.md BATCH 2).
   */
  async send(): Promise<void> {
    const records = this.#outbox.take();
    if (records.length > 0) await this.#producer.send(records);
  }

  /** Sends records of the runtime's own (heartbeats, control copies); call it inside `serial`. */
  async state(records: Parameters<Producer['send']>[0]): Promise<void> {
    if (records.length > 0) await this.#producer.send(records);
  }

  /** Time of the next timer on either clock, or null; what a driver of virtual time waits for. */
  nextDue(): EventTimeMs | null {
    const at = this.shard.host.nextDue('at');
    const complete = this.shard.host.nextDue('complete');
    if (at === null || complete === null) return at ?? complete;
    return Math.min(at, complete);
  }

  /** Finishes the batch, takes a clean checkpoint, lets go. Correctness never depends on it. */
  async release(): Promise<void> {
    await this.serial.run(async () => {
      if (!this.#isReleased) await this.#checkpointer?.finish(this.shard, this.#position);
      this.#isReleased = true;
    });
    await this.#producer.close();
  }

  /** Lets go at once, as a crash would. */
  drop(): void {
    this.#isReleased = true;
  }
}
