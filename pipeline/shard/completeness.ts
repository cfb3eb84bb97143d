import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Heartbeat } from '../../schemas/reduced.ts';

/**
 * Up to when everything has arrived: the minimum over all upstream shards of what each has claimed (protocol.md, `X`).
 * Claims only grow; a shard that has not claimed anything yet holds completeness at 0.
 */
export class Completeness {
  readonly #claims = new Map<number, EventTimeMs>();
  #shards = 0;
  #complete = 0;

  get complete(): EventTimeMs {
    return this.#complete;
  }

  /** Upstream shards, as the newest heartbeat states it; 0 before the first one. */
  get shards(): number {
    return this.#shards;
  }

  /** Takes a claim and returns what is complete now. */
  claim({ shard, shards, complete }: Pick<Heartbeat, 'shard' | 'shards' | 'complete'>): EventTimeMs {
    this.#shards = Math.max(this.#shards, shards);
    if (complete <= (this.#claims.get(shard) ?? 0)) return this.#complete;
    this.#claims.set(shard, complete);
    if (this.#claims.size < this.#shards) return this.#complete;
    // Never back: a partition that was added later starts behind, and what is closed stays closed.
    this.#complete = Math.max(this.#complete, Math.min(...this.#claims.values()));
    return this.#complete;
  }

  claims(): IterableIterator<[number, EventTimeMs]> {
    return this.#claims.entries();
  }
}
