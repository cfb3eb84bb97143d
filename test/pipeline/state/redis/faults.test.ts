import { randomUUID } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type Lease,
  openRedisStateStore,
  type RedisStateStore,
  type RedisStateStoreOptions,
  type RowChange,
} from '../../../../pipeline/state/index.ts';
import { checkpoint, rowsOf } from '../../../contracts/state-support.ts';
import { RedisServer, redisBinaryForTests } from '../../../support/redis-servers.ts';
import { describeService } from '../../../support/services.ts';
import { TcpProxy } from '../../../support/tcp-proxy.ts';

const shard = { graph: 'relate', partition: 0 };
const row = (key: string, text: string | null): RowChange => ({
  table: 't',
  key,
  value: text === null ? null : Buffer.from(text),
});
const unavailable = { code: 'state.unavailable', isRetriable: true };

/** Of a client whose calls are to fail, while all others must succeed in this time on a machine that is busy. */
const patienceMs = 1_000;

/** One row a slice, so that four changes make a staged commit: 4 × stage, commit, 4 × settle. */
const small = { rows: 1, bytes: 1_000 };
const before = { 't/a': '1', 't/b': '1', 't/c': '1' };
const changes = [row('a', '2'), row('b', null), row('d', '2'), row('e', '2')];
const after = { 't/a': '2', 't/c': '1', 't/d': '2', 't/e': '2' };

describeService('RedisStateStore under faults', await redisBinaryForTests(), (binary) => {
  let server: RedisServer;
  const opened: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    // What was answered is in the file: with `everysec` a write waits while the disk is busy with an earlier one.
    server = await RedisServer.start(binary, ['--appendonly', 'yes', '--appendfsync', 'always']);
  });
  afterAll(() => server.remove());
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.close();
  });

  const open = async (options: Partial<RedisStateStoreOptions> = {}): Promise<RedisStateStore> => {
    const store = await openRedisStateStore({
      mode: 'single',
      nodes: [server.node],
      nonce: randomUUID,
      timeoutMs: 10_000,
      ...options,
    });
    opened.push(store);
    return store;
  };
  const throughProxy = async (): Promise<TcpProxy> => {
    const proxy = await TcpProxy.to(server.port);
    opened.push(proxy);
    return proxy;
  };
  /** A shard with the rows of `before`; the scripts are loaded, so that each call is one answer. */
  const prepared = async (store: RedisStateStore): Promise<{ lease: Lease; basedOn: string }> => {
    const { lease } = await store.fence(shard);
    const rows = Object.keys(before).map((name) => row(name.slice(2), '1'));
    return { lease, basedOn: await store.commit(lease, checkpoint({ changes: rows })) };
  };
  const reopened = async (): Promise<Record<string, string>> => {
    const store = await open();
    return rowsOf(store, (await store.fence(shard)).lease);
  };
  const startAfresh = () => server.tell('FLUSHALL');

  describe('an answer is lost and ioredis sends the call again', () => {
    afterEach(startAfresh);

    test.for([0, 1, 2, 3, 4, 5, 6, 7, 8])(
      'answer %i of a staged commit: it is applied once and succeeds',
      async (answer) => {
        const proxy = await throughProxy();
        const store = await open({ nodes: [`127.0.0.1:${proxy.port}`], slice: small });
        const { lease, basedOn } = await prepared(store);
        proxy.loseAnswer(answer);
        const second = await store.commit(lease, checkpoint({ seq: 2, basedOn, changes, offset: 20 }));
        expect(proxy.hasLost).toBe(true);
        const third = checkpoint({ seq: 3, basedOn: second, changes: [row('f', '3')] });
        await store.commit(lease, third);
        expect(await reopened()).toEqual({ ...after, 't/f': '3' });
      },
    );

    test('the answer of a small commit: it is applied once and succeeds', async () => {
      const proxy = await throughProxy();
      const store = await open({ nodes: [`127.0.0.1:${proxy.port}`] });
      const { lease, basedOn } = await prepared(store);
      proxy.loseAnswer(0);
      await store.commit(lease, checkpoint({ seq: 2, basedOn, changes, offset: 20 }));
      expect(proxy.hasLost).toBe(true);
      expect(await reopened()).toEqual(after);
    });

    test('the answer of a fence: the lease that comes back is the one that is stored', async () => {
      const proxy = await throughProxy();
      const store = await open({ nodes: [`127.0.0.1:${proxy.port}`] });
      await prepared(store);
      proxy.loseAnswer(0);
      const { lease, checkpoint: mark } = await store.fence(shard);
      expect(proxy.hasLost).toBe(true);
      await store.commit(lease, checkpoint({ seq: 2, basedOn: mark?.commitId ?? '', changes }));
      expect(await reopened()).toEqual(after);
    });
  });

  test('a fence that arrives twice, the second time late, is one fence', async () => {
    const store = await open({ nonce: () => 'the-same' });
    const first = await store.fence(shard);
    expect(await store.fence(shard)).toEqual(first);
    await startAfresh();
  });

  describe('an owner is cut off in the middle of a staged commit', () => {
    afterEach(startAfresh);

    test.for([0, 1, 2, 3, 4, 5, 6, 7, 8])(
      'after call %i: its successor finds all of it or nothing, and goes on from there',
      async (answer) => {
        const proxy = await throughProxy();
        const nodes = [`127.0.0.1:${proxy.port}`];
        const store = await open({ nodes, slice: small, timeoutMs: patienceMs });
        const { lease, basedOn } = await prepared(store);
        proxy.loseAnswer(answer, 'refuse');
        await expect(
          store.commit(lease, checkpoint({ seq: 2, basedOn, changes, offset: 20 })),
        ).rejects.toMatchObject(unavailable);

        const next = await open();
        const fenced = await next.fence(shard);
        const isDone = answer >= 4;
        expect(fenced.checkpoint?.offset).toBe(isDone ? 20 : 10);
        const more = checkpoint({
          seq: isDone ? 3 : 2,
          basedOn: fenced.checkpoint?.commitId ?? null,
          changes: [row('a', 'next')],
        });
        // A commit before any load: what is left of the old one is merged below it.
        await next.commit(fenced.lease, more);
        expect(await rowsOf(next, fenced.lease)).toEqual({ ...(isDone ? after : before), 't/a': 'next' });
      },
    );

    test.for([0, 3, 4, 6, 8])(
      'after call %i: the same commit, sent again by the same owner, succeeds and leaves nothing staged',
      async (answer) => {
        const proxy = await throughProxy();
        const store = await open({ nodes: [`127.0.0.1:${proxy.port}`], slice: small, timeoutMs: patienceMs });
        const { lease, basedOn } = await prepared(store);
        proxy.loseAnswer(answer, 'refuse');
        const next = checkpoint({ seq: 2, basedOn, changes, offset: 20 });
        await expect(store.commit(lease, next)).rejects.toMatchObject(unavailable);
        const again = await open({ slice: small });
        expect(await again.commit(lease, next)).toBe(`${lease.epoch}:${lease.nonce}:2`);
        expect(await server.tell('KEYS', '*:staged:*')).toEqual([]);
        expect(await reopened()).toEqual(after);
      },
    );

    test('a large commit on the wrong base is a gap before anything is staged', async () => {
      const store = await open({ slice: small });
      const { lease } = await prepared(store);
      const wrong = checkpoint({ seq: 2, basedOn: 'elsewhere', changes });
      await expect(store.commit(lease, wrong)).rejects.toMatchObject({ code: 'state.gap' });
      expect(await server.tell('KEYS', '*:staged:*')).toEqual([]);
    });

    test('what it staged is garbage that the server removes, and does not mix with its successor’s', async () => {
      const proxy = await throughProxy();
      const store = await open({ nodes: [`127.0.0.1:${proxy.port}`], slice: small, timeoutMs: patienceMs });
      const { lease, basedOn } = await prepared(store);
      proxy.loseAnswer(2, 'refuse');
      await expect(store.commit(lease, checkpoint({ seq: 2, basedOn, changes }))).rejects.toMatchObject(
        unavailable,
      );
      const left = `{tocsin:relate:0}:staged:${lease.epoch}:${lease.nonce}:2`;
      expect(await server.tell('PTTL', left)).toBeGreaterThan(60_000);

      const next = await open({ slice: small });
      const fenced = await next.fence(shard);
      const own = [row('x', '9'), row('y', '9')];
      await next.commit(fenced.lease, checkpoint({ seq: 2, basedOn, changes: own }));
      expect(await rowsOf(next, fenced.lease)).toEqual({ ...before, 't/x': '9', 't/y': '9' });
      expect(await server.tell('KEYS', '*:staged:*')).toEqual([left]);
    });

    test('the staged slices of a commit that counts do not expire', async () => {
      const proxy = await throughProxy();
      const store = await open({ nodes: [`127.0.0.1:${proxy.port}`], slice: small, timeoutMs: patienceMs });
      const { lease, basedOn } = await prepared(store);
      proxy.loseAnswer(4, 'refuse');
      await expect(store.commit(lease, checkpoint({ seq: 2, basedOn, changes }))).rejects.toMatchObject(
        unavailable,
      );
      const staged = `{tocsin:relate:0}:staged:${lease.epoch}:${lease.nonce}:2`;
      expect(await server.tell('PTTL', staged)).toBe(-1);
      expect(await server.tell('HLEN', staged)).toBe(4);
    });
  });

  describe('the server loses something', () => {
    afterEach(startAfresh);

    test('slices that are lost before the commit are staged again', async () => {
      const proxy = await throughProxy();
      const store = await open({ nodes: [`127.0.0.1:${proxy.port}`], slice: small });
      const { lease, basedOn } = await prepared(store);
      const staged = `{tocsin:relate:0}:staged:${lease.epoch}:${lease.nonce}:2`;
      let lost: unknown = 0;
      proxy.holdAnswer(3, async () => {
        lost = await server.tell('HDEL', staged, 1);
      });
      await store.commit(lease, checkpoint({ seq: 2, basedOn, changes }));
      expect(lost).toBe(1);
      expect(await reopened()).toEqual(after);
    });

    test('H19: wiped while the owner runs: the owner is fenced and creates nothing', async () => {
      const store = await open();
      const { lease, basedOn } = await prepared(store);
      await startAfresh();
      const next = checkpoint({ seq: 2, basedOn, changes });
      await expect(store.commit(lease, next)).rejects.toMatchObject({ code: 'state.fenced' });
      await expect(rowsOf(store, lease)).rejects.toMatchObject({ code: 'state.fenced' });
      expect(await server.tell('DBSIZE')).toBe(0);
    });

    test('rows that somebody deleted beside an intact mark are refused, not loaded as an empty state', async () => {
      const store = await open();
      const { lease } = await prepared(store);
      await server.tell('DEL', '{tocsin:relate:0}:rows');
      await expect(rowsOf(store, lease)).rejects.toMatchObject({ code: 'state.damaged' });
      await expect(store.fence(shard)).rejects.toMatchObject({ code: 'state.damaged', isRetriable: false });
    });

    test('slices that somebody deleted after their commit are noticed', async () => {
      const proxy = await throughProxy();
      const store = await open({ nodes: [`127.0.0.1:${proxy.port}`], slice: small, timeoutMs: patienceMs });
      const { lease, basedOn } = await prepared(store);
      proxy.loseAnswer(4, 'refuse');
      await expect(store.commit(lease, checkpoint({ seq: 2, basedOn, changes }))).rejects.toMatchObject(
        unavailable,
      );
      await server.tell('DEL', `{tocsin:relate:0}:staged:${lease.epoch}:${lease.nonce}:2`);
      await expect(reopened()).rejects.toMatchObject({ code: 'state.damaged' });
    });

    test('scripts: they are loaded again', async () => {
      const store = await open();
      const { lease, basedOn } = await prepared(store);
      await server.tell('SCRIPT', 'FLUSH');
      await store.commit(lease, checkpoint({ seq: 2, basedOn, changes }));
      expect(await reopened()).toEqual(after);
    });
  });

  describe('the server restarts', () => {
    afterEach(startAfresh);

    test('the owner goes on with the lease and the checkpoint it has', async () => {
      const store = await open();
      const { lease, basedOn } = await prepared(store);
      await server.kill();
      await server.start();
      await store.commit(lease, checkpoint({ seq: 2, basedOn, changes }));
      expect(await reopened()).toEqual(after);
    });

    test('H9: rolled back by one commit: the owner’s next delta is a gap, its successor gets what is stored', async () => {
      const store = await open();
      const { lease, basedOn } = await prepared(store);
      await rollBack(async () => {
        await store.commit(lease, checkpoint({ seq: 2, basedOn, changes }));
      });
      const third = checkpoint({ seq: 3, basedOn: `${lease.epoch}:${lease.nonce}:2` });
      await expect(store.commit(lease, third)).rejects.toMatchObject({ code: 'state.gap' });
      expect(await reopened()).toEqual(before);
    });

    test('H9: rolled back by one fence: its epoch is not given out again, and its lease is worth nothing', async () => {
      const store = await open();
      const { basedOn } = await prepared(store);
      let lost: Lease | undefined;
      await rollBack(async () => {
        lost = (await store.fence(shard)).lease;
      });
      if (lost === undefined) throw new Error('nothing was lost');
      const commit = store.commit(lost, checkpoint({ seq: 2, basedOn }));
      await expect(commit).rejects.toMatchObject({ code: 'state.fenced' });
      const { lease } = await store.fence(shard);
      expect(lease.epoch).toBeGreaterThan(lost.epoch);
    });

    test('a cursor of the old process is not used with the new one', async () => {
      const store = await open({ slice: { rows: 600, bytes: 1_000_000 } });
      const { lease } = await store.fence(shard);
      const many = Array.from({ length: 3_000 }, (_, i) => row(`${i}`, 'x'));
      await store.commit(lease, checkpoint({ changes: many }));
      const chunks = store.load(lease);
      await chunks[Symbol.asyncIterator]().next();
      await server.kill();
      await server.start();
      const rest = (async () => {
        for await (const _ of chunks);
      })();
      await expect(rest).rejects.toMatchObject(unavailable);
    });

    /** Everything that `lost` writes is gone afterwards, as on a replica that it had not reached. */
    async function rollBack(lost: () => Promise<void>): Promise<void> {
      const log = join(server.folder, 'appendonly.aof');
      const replica = join(server.folder, 'replica.aof');
      copyFileSync(log, replica);
      await lost();
      await server.kill();
      copyFileSync(replica, log);
      await server.start();
    }
  });

  describe('the server is away', () => {
    test('a server that hangs fails the call after its time, and the same call succeeds later', async () => {
      const proxy = await throughProxy();
      const store = await open({ nodes: [`127.0.0.1:${proxy.port}`], timeoutMs: patienceMs });
      const { lease, basedOn } = await prepared(store);
      proxy.mute(true);
      const next = checkpoint({ seq: 2, basedOn, changes });
      await expect(store.commit(lease, next)).rejects.toMatchObject(unavailable);
      proxy.mute(false);
      await expect
        .poll(() => store.commit(lease, next).catch(() => 'away'), { timeout: 10_000 })
        .not.toBe('away');
      expect(await reopened()).toEqual(after);
      await startAfresh();
    });

    test('nobody listens: opening says so, with the address of nobody', async () => {
      await expect(open({ nodes: ['127.0.0.1:1'], timeoutMs: 200 })).rejects.toMatchObject({
        ...unavailable,
        message: expect.stringContaining('ECONNREFUSED'),
      });
    });

    test('a store that was closed is away', async () => {
      const store = await open();
      await store.close();
      await expect(store.fence(shard)).rejects.toMatchObject(unavailable);
    });
  });
});
