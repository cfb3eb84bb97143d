import type { Kinded } from '../../operators/operator.ts';
import { TocsinError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';
import type { Batch, Consumer, TopicPartition } from '../broker/index.ts';
import type { Graph } from '../graphs.ts';
import { isLeaseLost } from './lost-lease.ts';
import type { ShardSurroundings } from './ports.ts';
import { ShardRunner } from './shard-runner.ts';

export interface GraphRunnerOptions<Event extends Kinded> {
  readonly graph: Graph<Event>;
  readonly around: ShardSurroundings;
  readonly prepare: (batch: Batch) => Promise<void>;
  readonly onFailure: (error: Error) => void;
}

/** How often a shard is fenced anew within one acquisition before the owners' quarrel is called a failure. */
const maxAttempts = 5;

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

  /** Shards of the newest assignment; those that were let go since are among them until the next one. */
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

  /** Lets go as a crash would: no checkpoint, no commit, nothing awaited. The group learns of it at once. */
  drop(): void {
    for (const shard of this.#shards.values()) shard.drop();
    this.#consumer.stop().catch(() => undefined);
  }

  /** Every assignment gets fresh instances, also for partitions that stay: an older one is a zombie like any other. */
  async #assign(assigned: readonly TopicPartition[], epoch: number): Promise<void> {
    for (const shard of this.#shards.values()) shard.drop();
    this.#shards = new Map();
    await Promise.all(assigned.map(({ partition }) => this.#acquire(partition, epoch)));
  }

  async #revoke(revoked: readonly TopicPartition[]): Promise<void> {
    await Promise.all(revoked.map(({ partition }) => this.#shards.get(partition)?.release()));
  }

  async #process(batch: Batch): Promise<void> {
    const shard = this.#shards.get(batch.partition);
    if (shard === undefined) {
      const place = `${batch.topic}/${batch.partition}`;
      throw new TocsinError('invariant.broken', `a batch of ${place} came unassigned`);
    }
    try {
      await shard.process(batch);
    } catch (error) {
      if (!isLeaseLost(error)) throw error;
      this.#options.around.onTrouble('shard-lost', String(error));
      // The consumer hands over no other batch of this partition until we return: none is met by a shard half restored.
      if (await this.#isOurs(shard)) await this.#acquire(batch.partition, shard.epoch);
    }
  }

  /** Puts a fresh instance in the place of whatever was there; leaves a released one when the shard is not ours. */
  async #acquire(partition: number, epoch: number): Promise<void> {
    const { graph, around, prepare } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      const shard = new ShardRunner({ graph, partition, epoch, prepare, consumer: this.#consumer }, around);
      this.#shards.set(partition, shard);
      try {
        await shard.acquire();
        return;
      } catch (error) {
        // Fenced while it was being restored: by a zombie, or by an owner that we do not know of yet.
        if (!isLeaseLost(error) || attempt === maxAttempts) throw error;
        if (!(await this.#isOurs(shard))) return;
      }
    }
  }

  /** Asks the group, by committing what is committed: it refuses members of an older generation. */
  async #isOurs({ place }: ShardRunner<Event>): Promise<boolean> {
    const { admin } = this.#options.around.ports.broker;
    const committed = await admin.committed(this.graph.group, place);
    const { low } = await admin.watermarks(place);
    try {
      await this.#consumer.commitOffsets([{ ...place, ...(committed ?? { offset: low, metadata: '' }) }]);
      return true;
    } catch (error) {
      if (isLeaseLost(error)) return false;
      throw error;
    }
  }
}
