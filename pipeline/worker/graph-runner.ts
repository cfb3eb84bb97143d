import type { Kinded } from '../../operators/operator.ts';
import { TocsinError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';
import type { Batch, Consumer, TopicPartition } from '../broker/index.ts';
import type { Graph } from '../graphs.ts';
import type { ShardSurroundings } from './ports.ts';
import { ShardRunner } from './shard-runner.ts';

export interface GraphRunnerOptions<Event extends Kinded> {
  readonly graph: Graph<Event>;
  readonly around: ShardSurroundings;
  readonly prepare: (batch: Batch) => Promise<void>;
  readonly onFailure: (error: Error) => void;
}

/** The shards of one graph that this process owns: follows the assignment of the graph's consumer group. */
export class GraphRunner<Event extends Kinded> {
  readonly graph: Graph<Event>;
  readonly #options: GraphRunnerOptions<Event>;
  readonly #consumer: Consumer;
  #shards = new Map<number, ShardRunner<Event>>();

  constructor(options: GraphRunnerOptions<Event>) {
    this.graph = options.graph;
    this.#options = options;
    const { ports, settings } = options.around;
    this.#consumer = ports.broker.consumer({
      group: options.graph.group,
      topics: [topics[options.graph.input].name],
      maxBatchRecords: settings.batchRecords,
      maxBatchBytes: settings.batchBytes,
      isolation: 'read_committed',
    });
  }

  get shards(): readonly ShardRunner<Event>[] {
    return [...this.#shards.values()];
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

  /** Lets go as a crash would: no checkpoint, no commit, nothing awaited. */
  drop(): void {
    for (const shard of this.#shards.values()) shard.drop();
  }

  async #process(batch: Batch): Promise<void> {
    const shard = this.#shards.get(batch.partition);
    if (shard === undefined)
      throw new TocsinError(
        'invariant.broken',
        `a batch of ${batch.topic}/${batch.partition} came unassigned`,
      );
    await shard.process(batch);
  }

  /** Every assignment gets fresh instances, also for partitions that stay: an older one is a zombie like any other. */
  async #assign(assigned: readonly TopicPartition[], epoch: number): Promise<void> {
    for (const shard of this.#shards.values()) shard.drop();
    this.#shards = new Map();
    for (const { partition } of assigned) {
      const { graph, around, prepare } = this.#options;
      const shard = new ShardRunner({ graph, partition, epoch, prepare, consumer: this.#consumer }, around);
      await shard.acquire();
      this.#shards.set(partition, shard);
    }
  }

  async #revoke(revoked: readonly TopicPartition[]): Promise<void> {
    const leaving = revoked.map(({ partition }) => this.#shards.get(partition));
    await Promise.all(leaving.map((shard) => shard?.release()));
  }
}
