import type { Kinded } from '../../operators/operator.ts';
import { TocsinError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';
import type { Batch, Consumer, ConsumerOptions, TopicPartition } from '../broker/index.ts';
import type { Graph } from '../graphs.ts';
import type { ShardSurroundings, WorkerSettings } from './ports.ts';
import type { ShardRunner } from './shard-runner.ts';
import { ShardSeat } from './shard-seat.ts';

export interface GraphRunnerOptions<Event extends Kinded> {
  readonly graph: Graph<Event>;
  readonly around: ShardSurroundings;
  readonly prepare: (batch: Batch) => Promise<void>;
  readonly onFailure: (error: Error) => void;
}

function batchLimitsFor(
  { states }: Pick<Graph<Kinded>, 'states'>,
  { batchRecords, batchBytes, rawBatchRecords, rawBatchBytes }: WorkerSettings,
): Pick<ConsumerOptions, 'maxBatchRecords' | 'maxBatchBytes'> {
  const isRaw = states === 'facts';
  return {
    maxBatchRecords: (isRaw ? rawBatchRecords : undefined) ?? batchRecords,
    maxBatchBytes: (isRaw ? rawBatchBytes : undefined) ?? batchBytes,
  };
}

/** The shards of one graph that this process owns: follows the assignment of the graph's consumer group. */
export class GraphRunner<Event extends Kinded> {
  readonly graph: Graph<Event>;
  readonly #options: GraphRunnerOptions<Event>;
  readonly #consumer: Consumer;
  #seats = new Map<number, ShardSeat<Event>>();
  #isDropped = false;

  constructor(options: GraphRunnerOptions<Event>) {
    this.graph = options.graph;
    this.#options = options;
    const { ports, settings } = options.around;
    this.#consumer = ports.broker.consumer({
      group: options.graph.group,
      topics: [topics[options.graph.input].name],
      ...batchLimitsFor(options.graph, settings),
      isolation: 'read_committed',
    });
  }

  /** Shards of the newest assignment; those that were let go since are among them until the next one. */
  get shards(): readonly ShardRunner<Event>[] {
    return Array.from(this.#seats.values(), ({ runner }) => runner);
  }

  start(): Promise<void> {
    return this.#consumer.start({
      onAssigned: (assigned, epoch) => this.#assign(assigned, epoch),
      onRevoked: (revoked) => this.#revoke(revoked),
      onBatch: (batch) => this.#process(batch),
      onFailure: this.#options.onFailure,
    });
  }

  /** Lets every shard go in an orderly way and leaves the group. */
  stop(): Promise<void> {
    return this.#consumer.stop();
  }

  /** Lets go as a crash would: no checkpoint, no commit, nothing awaited. The group learns of it at once. */
  drop(): void {
    this.#isDropped = true;
    for (const seat of this.#seats.values()) seat.drop();
    this.#consumer.stop().catch(() => undefined);
  }

  /** Every assignment gets fresh instances, also for partitions that stay: an older one is a zombie like any other. */
  async #assign(assigned: readonly TopicPartition[], epoch: number): Promise<void> {
    for (const seat of this.#seats.values()) seat.drop();
    // A member that was still joining may get its first share afterwards.
    if (this.#isDropped) return;
    this.#seats = new Map(assigned.map(({ partition }) => [partition, this.#seatOf(partition, epoch)]));
    await Promise.all(Array.from(this.#seats.values(), (seat) => seat.take()));
  }

  async #revoke(revoked: readonly TopicPartition[]): Promise<void> {
    await Promise.all(revoked.map(({ partition }) => this.#seats.get(partition)?.release()));
  }

  #process(batch: Batch): Promise<void> {
    const seat = this.#seats.get(batch.partition);
    if (seat !== undefined) return seat.process(batch);
    const place = `${batch.topic}/${batch.partition}`;
    throw new TocsinError('invariant.broken', `a batch of ${place} came unassigned`);
  }

  #seatOf(partition: number, epoch: number): ShardSeat<Event> {
    const { graph, around, prepare, onFailure } = this.#options;
    const isTransactional = graph.states === 'decisions' && around.delivery === 'exactly-once';
    return new ShardSeat({
      assignment: { graph, partition, epoch, prepare, isTransactional, consumer: this.#consumer },
      around,
      onFailure: (error) => onFailure(error instanceof Error ? error : new Error(String(error))),
    });
  }
}
