import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  openRedisStateStore,
  type RedisStateStore,
  type RedisStateStoreOptions,
} from '../../../../pipeline/state/index.ts';
import { checkpoint, rowsOf, stateContract } from '../../../contracts/state.ts';
import { RedisServer, redisBinaryForTests } from '../../../support/redis-servers.ts';
import { describeService } from '../../../support/services.ts';

const shard = { graph: 'relate', partition: 0 };
const row = (key: string) => ({ table: 't', key, value: Buffer.from(key) });

describeService('RedisStateStore behind Sentinel', await redisBinaryForTests(), (binary) => {
  let master: RedisServer;
  let replica: RedisServer;
  let sentinel: RedisServer;

  beforeAll(async () => {
    master = await RedisServer.start(binary);
    replica = await RedisServer.start(binary, ['--replicaof', '127.0.0.1', `${master.port}`]);
    sentinel = await RedisServer.startSentinel(binary, (folder) => {
      const file = join(folder, 'sentinel.conf');
      const lines = [
        `sentinel monitor tocsin 127.0.0.1 ${master.port} 1`,
        'sentinel down-after-milliseconds tocsin 500',
        'sentinel failover-timeout tocsin 2000',
      ];
      writeFileSync(file, `${lines.join('\n')}\n`);
      return file;
    });
    const knowsReplica = async (): Promise<boolean> =>
      String(await sentinel.tell('SENTINEL', 'replicas', 'tocsin')).includes(String(replica.port));
    await vi.waitUntil(knowsReplica, { timeout: 30_000, interval: 100 });
  });
  afterAll(() => Promise.all([sentinel, replica, master].map((server) => server.remove())));

  const open = (options: Partial<RedisStateStoreOptions> = {}): Promise<RedisStateStore> =>
    openRedisStateStore({
      mode: 'sentinel',
      nodes: [sentinel.node],
      master: 'tocsin',
      prefix: `test-${randomUUID()}`,
      nonce: randomUUID,
      timeoutMs: 30_000,
      ...options,
    });

  stateContract('RedisStateStore behind Sentinel', () => open());

  test('a master that the Sentinels do not know is away', async () => {
    await expect(open({ master: 'nobody', timeoutMs: 500 })).rejects.toMatchObject({
      code: 'state.unavailable',
    });
  });

  test('H9: after a failover the owner goes on where the replica is, or is told that it cannot', async () => {
    const store = await open();
    const { lease } = await store.fence(shard);
    const first = await store.commit(lease, checkpoint({ changes: [row('a')] }));
    await master.tell('WAIT', 1, 5_000);
    // From here on nothing reaches the replica.
    await replica.tell('REPLICAOF', '127.0.0.1', 1);
    await store.commit(lease, checkpoint({ seq: 2, basedOn: first, changes: [row('lost')] }));
    await master.kill();
    await expect
      .poll(() => sentinel.tell('SENTINEL', 'get-master-addr-by-name', 'tocsin'), {
        timeout: 30_000,
        interval: 100,
      })
      .toEqual(['127.0.0.1', `${replica.port}`]);

    const third = checkpoint({ seq: 3, basedOn: `${lease.epoch}:${lease.nonce}:2`, changes: [row('c')] });
    await expect(store.commit(lease, third)).rejects.toMatchObject({ code: 'state.gap' });
    const { lease: next, checkpoint: mark } = await store.fence(shard);
    expect(next.epoch).toBeGreaterThan(lease.epoch);
    expect(mark?.commitId).toBe(first);
    expect(await rowsOf(store, next)).toEqual({ 't/a': 'a' });
    await store.close();
  });
});
