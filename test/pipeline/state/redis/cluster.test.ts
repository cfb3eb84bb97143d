import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  openRedisStateStore,
  type RedisStateStore,
  type RedisStateStoreOptions,
} from '../../../../pipeline/state/index.ts';
import { stateContract } from '../../../contracts/state.ts';
import { checkpoint, rowsOf } from '../../../contracts/state-support.ts';
import { RedisServer, redisBinaryForTests } from '../../../support/redis-servers.ts';
import { describeService } from '../../../support/services.ts';

const slots = 16_384;
const row = (key: string) => ({ table: 't', key, value: Buffer.from(key) });

describeService('RedisStateStore on Redis Cluster', await redisBinaryForTests(), (binary) => {
  const nodes: RedisServer[] = [];

  beforeAll(async () => {
    for (let i = 0; i < 3; i += 1) nodes.push(await RedisServer.start(binary, ['--cluster-enabled', 'yes']));
    await form(nodes);
  });
  afterAll(() => Promise.all(nodes.map((node) => node.remove())));

  const open = (options: Partial<RedisStateStoreOptions> = {}): Promise<RedisStateStore> =>
    openRedisStateStore({
      mode: 'cluster',
      // One member is enough to find the others.
      nodes: nodes.slice(0, 1).map(({ node }) => node),
      prefix: `test-${randomUUID()}`,
      nonce: randomUUID,
      timeoutMs: 10_000,
      ...options,
    });

  stateContract('RedisStateStore with a cluster', () => open());
  stateContract('RedisStateStore with a cluster and staged commits', () =>
    open({ slice: { rows: 500, bytes: 1_000_000 } }),
  );

  test('shards spread over the nodes, and each lies on one', async () => {
    const prefix = `spread-${randomUUID()}`;
    const store = await open({ prefix, slice: { rows: 1, bytes: 1 } });
    for (let partition = 0; partition < 12; partition += 1) {
      const { lease } = await store.fence({ graph: 'relate', partition });
      await store.commit(lease, checkpoint({ changes: [row('a'), row('b')] }));
    }
    await store.close();
    const keys = await Promise.all(nodes.map((node) => node.tell('KEYS', `{${prefix}:*`)));
    const perNode = keys.map((found) => (Array.isArray(found) ? found.map(String) : []));
    expect(perNode.flat()).toHaveLength(24);
    for (const found of perNode) {
      const shards = found.map((key) => key.slice(0, key.indexOf('}')));
      expect(found.length).toBe(new Set(shards).size * 2);
      expect(found.length).toBeGreaterThan(0);
    }
  });

  test('a slot that moves to another node takes its shard along, lease and all', async () => {
    const prefix = `moved-${randomUUID()}`;
    const store = await open({ prefix });
    const shard = { graph: 'relate', partition: 0 };
    const { lease } = await store.fence(shard);
    const basedOn = await store.commit(lease, checkpoint({ changes: [row('a')] }));
    await moveSlot(nodes, `{${prefix}:relate:0}:meta`);
    await store.commit(lease, checkpoint({ seq: 2, basedOn, changes: [row('b')] }));
    expect(await rowsOf(store, lease)).toEqual({ 't/a': 'a', 't/b': 'b' });
    await store.close();
  });

  describe('and what is wrong with it', () => {
    test('a policy that evicts, on any node, is refused', async () => {
      await nodes[2]?.tell('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
      await expect(open()).rejects.toMatchObject({ code: 'state.evicts' });
      await nodes[2]?.tell('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
      await (await open()).close();
    });

    test('a wrong password is refused', async () => {
      const login = { username: 'nobody', password: { reveal: () => 'wrong' } };
      await expect(open({ ...login, timeoutMs: 2_000 })).rejects.toMatchObject({ code: 'state.refused' });
    });

    test('nobody listens', async () => {
      await expect(open({ nodes: ['127.0.0.1:1'], timeoutMs: 500 })).rejects.toMatchObject({
        code: 'state.unavailable',
      });
    });
  });
});

/** Makes one cluster of fresh nodes, with the slots in equal parts. */
async function form(nodes: readonly RedisServer[]): Promise<void> {
  for (const [i, node] of nodes.entries()) {
    const from = Math.ceil((slots * i) / nodes.length);
    const to = Math.ceil((slots * (i + 1)) / nodes.length);
    const own = Array.from({ length: to - from }, (_, n) => from + n);
    await node.tell('CLUSTER', 'ADDSLOTS', ...own);
    await node.tell('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
  }
  for (const node of nodes.slice(1)) await nodes[0]?.tell('CLUSTER', 'MEET', '127.0.0.1', node.port);
  const isWhole = async (): Promise<boolean> => {
    const states = await Promise.all(nodes.map((node) => node.tell('CLUSTER', 'INFO')));
    return states.every((state) => {
      const text = String(state);
      return text.includes('cluster_state:ok') && text.includes(`cluster_known_nodes:${nodes.length}`);
    });
  };
  await vi.waitUntil(isWhole, { timeout: 20_000, interval: 100 });
}

/** Moves the slot of a key from the node that has it to another one, as redis-cli does. */
async function moveSlot(nodes: readonly RedisServer[], key: string): Promise<void> {
  const slot = Number(await nodes[0]?.tell('CLUSTER', 'KEYSLOT', key));
  const from = nodes[Math.floor((slot * nodes.length) / slots)];
  const to = nodes.find((node) => node !== from);
  if (from === undefined || to === undefined) throw new Error('a cluster of one');
  const [fromId, toId] = [
    String(await from.tell('CLUSTER', 'MYID')),
    String(await to.tell('CLUSTER', 'MYID')),
  ];
  await to.tell('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
  await from.tell('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
  const keys = await from.tell('CLUSTER', 'GETKEYSINSLOT', slot, 100);
  const moving = Array.isArray(keys) ? keys.map(String) : [];
  await from.tell('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...moving);
  for (const node of nodes) await node.tell('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
}
