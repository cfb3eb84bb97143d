import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { RedisServer } from './redis-servers.ts';

const waiting = { timeout: 30_000, interval: 50 };

/** A master, its replica, and a Sentinel that knows them as `tocsin`. */
export class SentinelGroup {
  readonly master: RedisServer;
  readonly replica: RedisServer;
  readonly sentinel: RedisServer;

  private constructor(master: RedisServer, replica: RedisServer, sentinel: RedisServer) {
    this.master = master;
    this.replica = replica;
    this.sentinel = sentinel;
  }

  static async start(binary: string): Promise<SentinelGroup> {
    const master = await RedisServer.start(binary);
    const replica = await RedisServer.start(binary, ['--replicaof', '127.0.0.1', `${master.port}`]);
    const sentinel = await RedisServer.startSentinel(binary, (folder) => {
      const file = join(folder, 'sentinel.conf');
      const lines = [
        `sentinel monitor tocsin 127.0.0.1 ${master.port} 1`,
        'sentinel down-after-milliseconds tocsin 500',
        'sentinel failover-timeout tocsin 2000',
      ];
      writeFileSync(file, `${lines.join('\n')}\n`);
      return file;
    });
    const group = new SentinelGroup(master, replica, sentinel);
    const knowsReplica = async (): Promise<boolean> =>
      String(await group.#ask('replicas')).includes(String(replica.port));
    await vi.waitUntil(knowsReplica, waiting);
    return group;
  }

  /** Resolves when a client has subscribed to what the Sentinel announces. */
  async untilListenedTo(): Promise<void> {
    await vi.waitUntil(() => this.#isListenedTo(), waiting);
  }

  /** The Sentinel lets the replica take over from a master that is well. Resolves when clients have heard of it. */
  async switchOver(): Promise<void> {
    await this.#ask('failover');
    // ioredis hangs up when it is told of a new master.
    await vi.waitUntil(async () => !(await this.#isListenedTo()), waiting);
  }

  /** Resolves when the Sentinel tells clients that the replica is the master. */
  async untilReplicaLeads(): Promise<void> {
    const leads = async (): Promise<boolean> =>
      String(await this.#ask('get-master-addr-by-name')) === `127.0.0.1,${this.replica.port}`;
    await vi.waitUntil(leads, waiting);
  }

  async remove(): Promise<void> {
    await Promise.all([this.sentinel, this.replica, this.master].map((server) => server.remove()));
  }

  async #isListenedTo(): Promise<boolean> {
    return String(await this.sentinel.tell('CLIENT', 'LIST')).includes(' sub=1');
  }

  #ask(what: string): Promise<unknown> {
    return this.sentinel.tell('SENTINEL', what, 'tocsin');
  }
}
