import {
  type Checkpoint,
  type CheckpointMark,
  type Fenced,
  type Installation,
  type Lease,
  MemoryStateStore,
  type RowChange,
  type ShardId,
  type StateSnapshot,
  type StateStore,
} from '../../../pipeline/state/index.ts';
import type { StoredShard } from '../../../pipeline/state/stored-shard.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import { type Network, NoAnswer, type SimNode } from '../machine/network.ts';
import type { SimProcess } from '../machine/sim-process.ts';
import type { Timeline } from '../machine/timeline.ts';

/** Rows per answer of a load, so that others get a word in between. */
const rowsPerChunk = 8;

/** Told at the moment of what was applied. */
export interface StateWitness {
  committed(shard: ShardId, checkpoint: Checkpoint): void;
  /** A shard was taken, and that is what was stored of it. */
  taken(shard: ShardId, stored: CheckpointMark | null): void;
}

/** Redis, with the memory form of the store in the place of our scripts. */
export class StateServer {
  readonly node: SimNode = { name: 'redis', number: 8, isUp: true };
  readonly timeline: Timeline;
  readonly #store: MemoryStateStore;
  readonly #witness: StateWitness | null;
  #nonce = '';
  /** The newest fence of each shard: sent again with its nonce, it answers the same (fence.lua). */
  #fences = new Map<string, { readonly nonce: string; readonly fenced: Fenced }>();

  constructor(timeline: Timeline, witness: StateWitness | null) {
    this.timeline = timeline;
    this.#witness = witness;
    this.#store = new MemoryStateStore({ nonce: () => this.#nonce, rowsPerChunk });
  }

  async fence(shard: ShardId, nonce: string): Promise<Fenced> {
    const name = `${shard.graph}/${shard.partition}`;
    const known = this.#fences.get(name);
    if (known?.nonce === nonce) return known.fenced;
    this.#nonce = nonce;
    const fenced = await this.#store.fence(shard);
    this.#fences.set(name, { nonce, fenced });
    this.#witness?.taken(shard, fenced.checkpoint);
    return fenced;
  }

  load(lease: Lease): AsyncIterator<readonly RowChange[]> {
    return this.#store.load(lease)[Symbol.asyncIterator]();
  }

  async commit(lease: Lease, checkpoint: Checkpoint): Promise<string> {
    const commitId = await this.#store.commit(lease, checkpoint);
    this.#witness?.committed(lease.shard, checkpoint);
    return commitId;
  }

  claim(installation: Installation, how?: { readonly isForced: boolean }): Promise<void> {
    return this.#store.claim(installation, how);
  }

  claimed(): Promise<Installation | null> {
    return this.#store.claimed();
  }

  discard(fenced: Fenced): Promise<void> {
    return this.#store.discard(fenced);
  }

  snapshot(): StateSnapshot {
    return this.#store.snapshot();
  }

  /** What is stored of a shard now; only the checks may know. */
  stored({ graph, partition }: ShardId): StoredShard | undefined {
    return this.#store.snapshot().shards.get(`${graph}/${partition}`);
  }

  rollback(to: StateSnapshot): void {
    this.#fences = new Map();
    this.#store.rollback(to);
  }

  wipe(): void {
    this.#fences = new Map();
    this.#store.wipe();
  }
}

/** How long a command is sent again after its connection broke; as RedisLink. */
const giveUpMs = 2_500;
const attemptMs = 800;
const reconnectMs = 60;

/** The state port of one process: ioredis sends what was in flight again when it has reconnected. */
export class SimStateStore implements StateStore {
  readonly #process: SimProcess;
  readonly #server: StateServer;
  readonly #network: Network;
  #fences = 0;

  constructor(process: SimProcess, server: StateServer, network: Network) {
    this.#process = process;
    this.#server = server;
    this.#network = network;
  }

  fence(shard: ShardId): Promise<Fenced> {
    const nonce = `${this.#process.name}.${this.#fences++}`;
    return this.#run('fence', () => this.#server.fence(shard, nonce));
  }

  async *load(lease: Lease): AsyncGenerator<readonly RowChange[]> {
    const chunks = this.#server.load(lease);
    for (;;) {
      let served: Promise<IteratorResult<readonly RowChange[]>> | null = null;
      const chunk = await this.#run('load', () => {
        // Asked again with the same cursor, Redis answers the same.
        served ??= chunks.next();
        return served;
      });
      if (chunk.done === true) return;
      yield chunk.value;
    }
  }

  commit(lease: Lease, checkpoint: Checkpoint): Promise<string> {
    return this.#run('commit', () => this.#server.commit(lease, checkpoint));
  }

  claim(installation: Installation, how?: { readonly isForced: boolean }): Promise<void> {
    return this.#run('claim', () => this.#server.claim(installation, how));
  }

  claimed(): Promise<Installation | null> {
    return this.#run('claimed', () => this.#server.claimed());
  }

  discard(fenced: Fenced): Promise<void> {
    return this.#run('discard', () => this.#server.discard(fenced));
  }

  async close(): Promise<void> {}

  async #run<T>(name: string, act: () => Promise<T>): Promise<T> {
    const { clock } = this.#process;
    const { timeline, node } = this.#server;
    const deadline = clock.now() + giveUpMs;
    for (;;) {
      try {
        return await this.#network.call<T>(this.#process, node, {
          name,
          timeoutMs: Math.max(1, Math.min(deadline - clock.now(), attemptMs)),
          serve: (respond) => {
            timeline.isSettling = true;
            act().then(
              (value) => respond({ value }),
              (error: unknown) => respond({ error }),
            );
          },
        });
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
      }
      if (clock.now() + reconnectMs >= deadline) throw new TocsinError('state.unavailable', name);
      await new Promise<void>((resolve) => clock.schedule(clock.now() + reconnectMs, resolve));
    }
  }
}
