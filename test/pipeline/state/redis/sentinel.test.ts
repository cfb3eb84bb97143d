import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  openRedisStateStore,
  type RedisStateStore,
  type RedisStateStoreOptions,
} from '../../../../pipeline/state/index.ts';
import { stateContract } from '../../../contracts/state.ts';
import { checkpoint, rowsOf } from '../../../contracts/state-support.ts';
import { redisBinaryForTests } from '../../../support/redis-servers.ts';
import { SentinelGroup } from '../../../support/sentinel-group.ts';
import { describeService } from '../../../support/services.ts';
import { TcpProxy } from '../../../support/tcp-proxy.ts';

const shard = { graph: 'relate', partition: 0 };
const row = (key: string) => ({ table: 't', key, value: Buffer.from(key) });
const binary = await redisBinaryForTests();

const open = (sentinels: readonly string[], options: Partial<RedisStateStoreOptions> = {}) =>
  openRedisStateStore({
    mode: 'sentinel',
    nodes: sentinels,
    master: 'tocsin',
    prefix: `test-${randomUUID()}`,
    nonce: randomUUID,
    timeoutMs: 30_000,
    ...options,
  });

describeService('RedisStateStore behind Sentinel', binary, (command) => {
  let group: SentinelGroup;
  beforeAll(async () => {
    group = await SentinelGroup.start(command);
  });
  afterAll(() => group.remove());

  stateContract('RedisStateStore behind Sentinel', () => open([group.sentinel.node]));

  test('a master that the Sentinels do not know is away', async () => {
    await expect(open([group.sentinel.node], { master: 'nobody', timeoutMs: 500 })).rejects.toMatchObject({
      code: 'state.unavailable',
    });
  });

  test('a Sentinel that hangs is passed over', async () => {
    const proxy = await TcpProxy.to(group.sentinel.port);
    proxy.mute(true);
    const store = await open([`127.0.0.1:${proxy.port}`, group.sentinel.node]);
    expect((await store.fence(shard)).checkpoint).toBeNull();
    await store.close();
    await proxy.close();
  });
});

describeService('RedisStateStore behind Sentinel, and a failover', binary, (command) => {
  let group: SentinelGroup;
  let proxy: TcpProxy;
  let store: RedisStateStore;
  beforeEach(async () => {
    group = await SentinelGroup.start(command);
    proxy = await TcpProxy.to(group.sentinel.port);
    store = await open([`127.0.0.1:${proxy.port}`]);
  });
  afterEach(async () => {
    await store.close();
    await proxy.close();
    await group.remove();
  });

  test('H9: the owner goes on where the replica is, or is told that it cannot', async () => {
    const { lease } = await store.fence(shard);
    const first = await store.commit(lease, checkpoint({ changes: [row('a')] }));
    await group.master.tell('WAIT', 1, 5_000);
    // From here on nothing reaches the replica.
    await group.replica.tell('REPLICAOF', '127.0.0.1', 1);
    await store.commit(lease, checkpoint({ seq: 2, basedOn: first, changes: [row('lost')] }));
    await group.master.kill();
    await group.untilReplicaLeads();

    const third = checkpoint({ seq: 3, basedOn: `${lease.epoch}:${lease.nonce}:2`, changes: [row('c')] });
    await expect(repeated(() => store.commit(lease, third))).rejects.toMatchObject({ code: 'state.gap' });
    const { lease: next, checkpoint: mark } = await repeated(() => store.fence(shard));
    expect(next.epoch).toBeGreaterThan(lease.epoch);
    expect(mark?.commitId).toBe(first);
    expect(await rowsOf(store, next)).toEqual({ 't/a': 'a' });
  });

  test('one that is announced while the client asks for the master does not end the client', async () => {
    const { lease } = await store.fence(shard);
    await group.untilListenedTo();
    let isOver = false;
    // The client has lost its connection, and waits for the Sentinel's answer.
    proxy.holdAnswer(0, async () => {
      await group.switchOver();
      isOver = true;
    });
    await group.master.tell('CLIENT', 'KILL', 'TYPE', 'normal');
    await expect.poll(() => isOver).toBe(true);
    const { lease: next } = await repeated(() => store.fence(shard));
    expect(next.epoch).toBeGreaterThan(lease.epoch);
  });
});

/** Calls that failed as away may have been carried out or not: they are repeated as they were. */
async function repeated<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt === 100 || Object(error).code !== 'state.unavailable') throw error;
    }
  }
}
