import type { Checkpoint, CheckpointMark, ShardId } from '../../../pipeline/state/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { outputTopics } from '../../support/outputs.ts';
import type { StateWitness } from '../neighbours/sim-state.ts';
import type { SimWorld } from '../sim-world.ts';

/** A checkpoint of a RELATE shard that was stored, and what the logs held at that moment. */
export interface StoredCheckpoint {
  readonly partition: number;
  readonly offset: number;
  readonly at: number;
  /** Ends of the shard's output partitions, in the order of `outputTopics`. */
  readonly ends: readonly number[];
  /** The group's committed offset, shown or not. */
  readonly committed: number;
}

/** Notes, while the run goes on, what can only be seen at the moment. */
export class Watch implements StateWitness {
  readonly checkpoints: StoredCheckpoint[] = [];
  readonly #newest = new Map<string, number>();
  readonly #broughtBackAt = new Map<string, number>();
  readonly #world: SimWorld;

  constructor(world: SimWorld) {
    this.#world = world;
  }

  /** Whether this is the checkpoint of a shard that was stored last: a failover may have lost that one. */
  isNewest({ graph, partition }: ShardId, seq: number): boolean {
    return this.#newest.get(`${graph}/${partition}`) === seq;
  }

  /** When a shard was taken whose stored state was not what its owner had stored last, in order; the last time. */
  broughtBackAt({ graph, partition }: ShardId): number | undefined {
    return this.#broughtBackAt.get(`${graph}/${partition}`);
  }

  taken(shard: ShardId, stored: CheckpointMark | null): void {
    if (stored?.isClean === true && this.isNewest(shard, stored.seq)) return;
    this.#broughtBackAt.set(`${shard.graph}/${shard.partition}`, this.#world.timeline.now);
  }

  committed({ graph, partition }: ShardId, { offset, seq }: Checkpoint): void {
    const { cluster, timeline, journal } = this.#world;
    this.#newest.set(`${graph}/${partition}`, seq);
    journal.trace?.(`== ${graph}/${partition} is stored as of ${offset}`);
    if (graph !== 'relate') return;
    const place = { topic: topics.reduced.name, partition };
    const ends = outputTopics.map((topic) => cluster.log({ topic: topics[topic].name, partition }).high);
    const committed = cluster.group('tocsin-relate').offsets.decided(place)?.offset ?? 0;
    this.checkpoints.push({ partition, offset, at: timeline.now, ends, committed });
  }
}
