import type { TocsinError } from '../../../schemas/errors.ts';
import type { Installation } from '../installation.ts';
import type { Checkpoint, Fenced, Lease, RowChange, ShardId, StateStore } from '../state.ts';
import { nameOf } from '../stored-shard.ts';
import { type Chunk, chunkOf } from './chunk.ts';
import type { RedisOptions } from './connection-options.ts';
import { inTurns } from './in-turns.ts';
import { fencedOf, layout, markArguments } from './marks.ts';
import { damaged, evicts, expectOk, passing } from './outcomes.ts';
import { RedisInstallation } from './redis-installation.ts';
import { type Answer, RedisLink } from './redis-link.ts';
import { readScripts, type Scripts } from './scripts.ts';
import { type ShardKeys, shardKeys } from './shard-keys.ts';
import { cutSlices, type Slice, type SliceLimit } from './slices.ts';

export interface RedisStateStoreOptions extends RedisOptions {
  /** A fresh value for every lease, letters and digits: random in production. */
  readonly nonce: () => string;
  /** How much one script call writes or reads. */
  readonly slice?: SliceLimit;
}

const defaultSlice: SliceLimit = { rows: 2_000, bytes: 1_048_576 };
/** Slices whose owner died before the commit. Longer than any staging; the server removes them. */
const stagedForMs = 3_600_000;
/** How often a commit is tried when the server lost what it needs; more often would be a server that forgets. */
const attempts = 3;

/**
 * Opens the checkpoints in Redis. Rejects with `state.unavailable`, `state.refused` (login, permissions) or
 * `state.evicts` (a server whose eviction policy may throw rows away).
 */
export async function openRedisStateStore(options: RedisStateStoreOptions): Promise<RedisStateStore> {
  const link = new RedisLink(options);
  try {
    for (const policy of await link.evictionPolicies()) if (policy !== 'noeviction') throw evicts(policy);
    return new RedisStateStore(link, await readScripts(), options);
  } catch (error) {
    link.close();
    throw error;
  }
}

/**
 * The checkpoints of all shards in Redis (6.2 or newer; single, Sentinel or Cluster). A shard is three keys under one
 * hash tag, and changes only in scripts that check its lease: see the Lua files beside this one. A small delta is one
 * script. A large one is staged in slices beside the rows, made to count in one script, and then merged slice by slice;
 * whoever finds it not merged yet, merges it first. So no script blocks the server for long, and none tears a state.
 *
 * Any call that fails with `state.unavailable` may have been carried out: repeat it as it was, with the same seq.
 */
export class RedisStateStore implements StateStore {
  readonly #link: RedisLink;
  readonly #scripts: Scripts;
  readonly #options: RedisStateStoreOptions;
  readonly #slice: SliceLimit;
  readonly #prefix: string;
  readonly #installation: RedisInstallation;

  constructor(link: RedisLink, scripts: Scripts, options: RedisStateStoreOptions) {
    this.#link = link;
    this.#scripts = scripts;
    this.#options = options;
    this.#slice = options.slice ?? defaultSlice;
    this.#prefix = options.prefix ?? 'tocsin';
    this.#installation = new RedisInstallation(link, scripts, this.#prefix);
  }

  async fence(shard: ShardId, { isForced } = { isForced: false }): Promise<Fenced> {
    const { meta, rows } = this.#keysOf(shard);
    const nonce = this.#options.nonce();
    const answer = await this.#link.run(
      this.#scripts.fence,
      [meta, rows],
      [nonce, layout, isForced ? '1' : '0'],
    );
    return fencedOf(shard, nonce, expectOk(answer, shard));
  }

  async *load(lease: Lease): AsyncGenerator<readonly RowChange[]> {
    let next = this.#scan(lease, '0');
    let loaded = 0;
    let firstRun = '';
    for (let isLast = false; !isLast; ) {
      const { cursor, rows, run, stored } = await next;
      firstRun ||= run;
      if (run !== firstRun) throw passing(lease, 'another server took over during the load');
      loaded += rows.length;
      isLast = cursor === '0';
      if (isLast && loaded < stored) throw this.#rowsMissing(lease, loaded, stored);
      // The server works on the next chunk while the caller does on this one.
      if (!isLast) next = ahead(this.#scan(lease, cursor));
      if (rows.length > 0) yield rows;
    }
    await this.#scan(lease, '0', 1);
  }

  async commit(lease: Lease, checkpoint: Checkpoint): Promise<string> {
    const commitId = `${lease.epoch}:${lease.nonce}:${checkpoint.seq}`;
    const mark = markArguments(checkpoint);
    const slices = await inTurns(cutSlices(checkpoint.changes, this.#slice));
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const { code, values } = await this.#commitOnce(lease, commitId, { mark, slices });
      if (code === 'UNSTAGED') continue;
      if (code === 'UNSETTLED') await this.#settle(lease, String(values[0]));
      else {
        expectOk({ code, values }, lease.shard);
        if (slices.length > 1) await this.#settle(lease, commitId);
        return commitId;
      }
    }
    throw passing(lease, 'the server keeps losing what was just written');
  }

  claim(installation: Installation, { isForced } = { isForced: false }): Promise<void> {
    return this.#installation.claim(installation, isForced);
  }

  claimed(): Promise<Installation | null> {
    return this.#installation.claimed();
  }

  async discard({ lease, checkpoint }: Fenced): Promise<void> {
    const { meta, rows, staged } = this.#keysOf(lease.shard);
    const keys = [meta, rows, staged(checkpoint?.commitId ?? '')];
    expectOk(await this.#link.run(this.#scripts.discard, keys, ownerOf(lease)), lease.shard);
  }

  async close(): Promise<void> {
    this.#link.close();
  }

  async #commitOnce(lease: Lease, commitId: string, { mark, slices }: Delta): Promise<Answer> {
    const { meta, rows, staged } = this.#keysOf(lease.shard);
    const keys = [meta, rows, staged(commitId)];
    const [only, second] = slices;
    if (second !== undefined) await this.#stage(lease, commitId, { mark, slices });
    const delta = second === undefined && only !== undefined ? ['0', only.pack()] : [`${slices.length}`, ''];
    return this.#link.run(this.#scripts.commit, keys, [...ownerOf(lease), commitId, ...mark, ...delta]);
  }

  async #stage(lease: Lease, commitId: string, { mark: [basedOn = ''], slices }: Delta): Promise<void> {
    const { meta, staged } = this.#keysOf(lease.shard);
    for (const [number, slice] of slices.entries()) {
      const answer = await this.#link.run(
        this.#scripts.stage,
        [meta, staged(commitId)],
        [...ownerOf(lease), commitId, basedOn, String(number), slice.pack(), String(stagedForMs)],
      );
      if (answer.code === 'APPLIED') return;
      expectOk(answer, lease.shard);
    }
  }

  /** Merges what a commit staged, whoever staged it. */
  async #settle(lease: Lease, commitId: string): Promise<void> {
    const { meta, rows, staged } = this.#keysOf(lease.shard);
    const keys = [meta, rows, staged(commitId)];
    for (let left = 1; left > 0; ) {
      const answer = await this.#link.run(this.#scripts.settle, keys, [...ownerOf(lease), commitId]);
      left = Number(expectOk(answer, lease.shard)[0]);
    }
  }

  async #scan(lease: Lease, cursor: string, about = this.#slice.rows): Promise<Chunk> {
    const { meta, rows } = this.#keysOf(lease.shard);
    const owner = ownerOf(lease);
    const answer = await this.#link.run(this.#scripts.scan, [meta, rows], [...owner, cursor, String(about)]);
    if (answer.code !== 'UNSETTLED') return chunkOf(expectOk(answer, lease.shard));
    // Only at the start can something be left over, unless the server went back to an older state.
    if (cursor !== '0') throw passing(lease, 'another server took over during the load');
    await this.#settle(lease, String(answer.values[0]));
    return this.#scan(lease, cursor, about);
  }

  #rowsMissing({ shard }: Lease, loaded: number, stored: number): TocsinError {
    const { meta, rows } = this.#keysOf(shard);
    return damaged(`${nameOf(shard)}: ${rows} has ${loaded} rows, ${meta} counts ${stored}`);
  }

  #keysOf(shard: ShardId): ShardKeys {
    return shardKeys(this.#prefix, shard);
  }
}

interface Delta {
  /** ARGV 4 to 10 of commit.lua. */
  readonly mark: readonly string[];
  readonly slices: readonly Slice[];
}

function ownerOf({ epoch, nonce }: Lease): readonly string[] {
  return [String(epoch), nonce];
}

/** Keeps a failure for whoever awaits it; if nobody does, because the load was given up, it does not matter. */
function ahead<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  return work;
}
