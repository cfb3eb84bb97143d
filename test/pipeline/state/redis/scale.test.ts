import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisStateStore, type RedisStateStore } from '../../../../pipeline/state/index.ts';
import { checkpoint } from '../../../contracts/state-support.ts';
import { RedisServer, redisBinaryForTests } from '../../../support/redis-servers.ts';
import { describeService } from '../../../support/services.ts';

const shard = { graph: 'relate', partition: 0 };
const row = (i: number, text: string) => ({
  table: 'dedupe.occurrences',
  key: `fingerprint-${i}`,
  value: Buffer.from(`${text} ${i} `.repeat(8)),
});
const rows = (count: number, text: string) => Array.from({ length: count }, (_, i) => row(i, text));

describeService('RedisStateStore with many rows', await redisBinaryForTests(), (binary) => {
  let server: RedisServer;
  let store: RedisStateStore;

  beforeAll(async () => {
    server = await RedisServer.start(binary);
    store = await openRedisStateStore({ mode: 'single', nodes: [server.node], nonce: randomUUID });
  });
  afterAll(async () => {
    await store.close();
    await server.remove();
  });

  /** Value by key; fails when a row comes twice. */
  const loaded = async (): Promise<Map<string, string>> => {
    const { lease } = await store.fence(shard);
    const found = new Map<string, string>();
    let count = 0;
    for await (const chunk of store.load(lease)) {
      count += chunk.length;
      for (const { key, value } of chunk) found.set(key, Buffer.from(value ?? []).toString());
    }
    expect(count).toBe(found.size);
    return found;
  };

  test('100,000 rows are committed as one, replaced and deleted as one', async () => {
    const { lease } = await store.fence(shard);
    const first = await store.commit(lease, checkpoint({ changes: rows(100_000, 'first') }));
    const values = await loaded();
    expect(values.size).toBe(100_000);
    expect(values.get('fingerprint-99999')).toBe('first 99999 '.repeat(8));

    const { lease: second } = await store.fence(shard);
    const changes = rows(60_000, 'second').map((each, i) => (i % 3 === 0 ? { ...each, value: null } : each));
    await store.commit(second, checkpoint({ seq: 2, basedOn: first, changes }));
    const kept = await loaded();
    expect(kept.size).toBe(80_000);
    expect(kept.get('fingerprint-0')).toBeUndefined();
    expect(kept.get('fingerprint-1')).toBe('second 1 '.repeat(8));
    expect(kept.get('fingerprint-60000')).toBe('first 60000 '.repeat(8));
    expect(await server.tell('KEYS', '*:staged:*')).toEqual([]);
  });

  test('a row of 20 MB goes through', async () => {
    const other = { graph: 'relate', partition: 1 };
    const { lease } = await store.fence(other);
    const value = Buffer.alloc(20_000_000, 'x');
    await store.commit(lease, checkpoint({ changes: [{ table: 't', key: 'large', value }, row(1, 'a')] }));
    const sizes: number[] = [];
    for await (const chunk of store.load(lease)) sizes.push(...chunk.map((each) => each.value?.length ?? -1));
    expect(sizes.sort((a, b) => b - a)[0]).toBe(20_000_000);
  });

  test('a shard whose rows are all deleted is as small as a new one', async () => {
    const emptied = { graph: 'relate', partition: 2 };
    const { lease } = await store.fence(emptied);
    const basedOn = await store.commit(lease, checkpoint({ changes: rows(5_000, 'x') }));
    const changes = rows(5_000, 'x').map((each) => ({ ...each, value: null }));
    await store.commit(lease, checkpoint({ seq: 2, basedOn, changes }));
    expect(await server.tell('KEYS', '{tocsin:relate:2}*')).toEqual(['{tocsin:relate:2}:meta']);
  });
});
