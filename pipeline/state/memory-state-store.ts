import { TocsinError } from '../../schemas/errors.ts';
import { type Installation, refusalOf } from './installation.ts';
import type { Checkpoint, Fenced, Lease, RowChange, ShardId, StateStore } from './state.ts';
import { copyOf, emptyShard, nameOf, type StoredShard } from './stored-shard.ts';

export interface MemoryStateStoreOptions {
  /** A fresh value for every lease; random in production, seeded in tests. */
  readonly nonce: () => string;
  /** Most rows in one chunk of a load; 1,000 unless given. */
  readonly rowsPerChunk?: number;
}

/** What the store held at one moment; only `rollback` can read it. */
export interface StateSnapshot {
  readonly shards: ReadonlyMap<string, StoredShard>;
}

/**
 * The checkpoints of all shards in this process's memory: the Redis of the embedded profile. Make one and share it
 * between workers; it outlives each of them. Values are kept by reference and must not be changed after a commit.
 */
export class MemoryStateStore implements StateStore {
  readonly #nonce: () => string;
  readonly #rowsPerChunk: number;
  #shards = new Map<string, StoredShard>();
  #installation: Installation | null = null;
  /** Never goes back, not even by `wipe` or `rollback`: it stands for the server's TIME in `max(old + 1, TIME)`. */
  #newestEpoch = 0;

  constructor(options: MemoryStateStoreOptions) {
    this.#nonce = options.nonce;
    this.#rowsPerChunk = options.rowsPerChunk ?? 1_000;
  }

  async fence(shard: ShardId): Promise<Fenced> {
    const name = nameOf(shard);
    const stored = this.#shards.get(name) ?? emptyShard();
    this.#shards.set(name, stored);
    this.#newestEpoch += 1;
    stored.epoch = this.#newestEpoch;
    stored.nonce = this.#nonce();
    return { lease: { shard, epoch: stored.epoch, nonce: stored.nonce }, checkpoint: stored.checkpoint };
  }

  async *load(lease: Lease): AsyncGenerator<readonly RowChange[]> {
    let chunk: RowChange[] = [];
    for (const [table, rows] of this.#owned(lease).tables) {
      for (const [key, value] of rows) {
        chunk.push({ table, key, value });
        if (chunk.length < this.#rowsPerChunk) continue;
        yield chunk;
        this.#owned(lease);
        chunk = [];
      }
    }
    if (chunk.length > 0) yield chunk;
    this.#owned(lease);
  }

  /** The four answers of protocol.md CHECKPOINT 2, in this order: fenced, done before, gap, applied. */
  async commit(lease: Lease, checkpoint: Checkpoint): Promise<string> {
    const stored = this.#owned(lease);
    const commitId = `${lease.epoch}:${lease.nonce}:${checkpoint.seq}`;
    const last = stored.checkpoint?.commitId ?? null;
    if (last === commitId) return commitId;
    // The number alone proves nothing: after a failover another owner may have written the same seq (H9).
    if (last !== checkpoint.basedOn) {
      throw new TocsinError(
        'state.gap',
        `${nameOf(lease.shard)} is at ${last}, the changes at ${checkpoint.basedOn}`,
      );
    }
    for (const change of checkpoint.changes) apply(stored, change);
    const { seq, offset, from, snapshot, mutedUntil, isClean } = checkpoint;
    stored.checkpoint = { seq, offset, from, snapshot, mutedUntil, isClean, commitId };
    return commitId;
  }

  async claim(installation: Installation, { isForced } = { isForced: false }): Promise<void> {
    const refusal = this.#installation === null ? null : refusalOf(this.#installation, installation);
    if (refusal !== null && !isForced) throw refusal;
    this.#installation = installation;
  }

  async claimed(): Promise<Installation | null> {
    return this.#installation;
  }

  async discard({ lease }: Fenced): Promise<void> {
    const name = nameOf(lease.shard);
    if (!this.#shards.has(name)) return;
    this.#owned(lease);
    this.#shards.delete(name);
  }

  async close(): Promise<void> {}

  /** Embedded only, for fault tests: everything is lost, as when Redis comes back empty. */
  wipe(): void {
    this.#installation = null;
    this.#shards.clear();
  }

  /** Embedded only, for fault tests: what a replica would hold now. */
  snapshot(): StateSnapshot {
    return { shards: copied(this.#shards) };
  }

  /** Embedded only, for fault tests: later writes are lost, leases and all, as in a failover to a lagging replica. */
  rollback(to: StateSnapshot): void {
    this.#shards = copied(to.shards);
  }

  /** The shard of a lease. Throws `state.fenced` when there is none (never creates one, H19) or the lease is not the newest. */
  #owned(lease: Lease): StoredShard {
    const name = nameOf(lease.shard);
    const stored = this.#shards.get(name);
    if (stored === undefined) throw new TocsinError('state.fenced', `${name} does not exist`);
    if (stored.epoch !== lease.epoch || stored.nonce !== lease.nonce) {
      throw new TocsinError('state.fenced', `${name} belongs to epoch ${stored.epoch}, not ${lease.epoch}`);
    }
    return stored;
  }
}

function apply(stored: StoredShard, { table, key, value }: RowChange): void {
  const rows = stored.tables.get(table);
  if (value !== null && rows === undefined) stored.tables.set(table, new Map([[key, value]]));
  else if (value !== null) rows?.set(key, value);
  else if (rows?.delete(key) && rows.size === 0) stored.tables.delete(table);
}

function copied(shards: ReadonlyMap<string, StoredShard>): Map<string, StoredShard> {
  return new Map(Array.from(shards, ([name, shard]) => [name, copyOf(shard)]));
}
