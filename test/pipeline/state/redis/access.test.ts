import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  openRedisStateStore,
  type RedisStateStore,
  type RedisStateStoreOptions,
} from '../../../../pipeline/state/index.ts';
import { checkpoint, rowsOf } from '../../../contracts/state-support.ts';
import { certificateFor, certificateMissing } from '../../../support/certificate.ts';
import { freePort, RedisServer, redisBinaryForTests } from '../../../support/redis-servers.ts';
import { describeService } from '../../../support/services.ts';

const shard = { graph: 'relate', partition: 0 };
const changes = Array.from({ length: 5 }, (_, i) => ({ table: 't', key: `${i}`, value: Buffer.from('x') }));
const hidden = (text: string) => ({ reveal: () => text });

/** The least that docs may ask an operator to grant. */
const leastPermissions = [
  '~{tocsin:*',
  '+eval',
  '+evalsha',
  '+info',
  '+time',
  ...['hget', 'hset', 'hmget', 'hdel', 'hlen', 'hscan', 'hincrby', 'unlink'].map((command) => `+${command}`),
  '+pexpire',
  '+persist',
];

describeService('RedisStateStore and who may use it', await redisBinaryForTests(), (binary) => {
  let server: RedisServer;
  let store: RedisStateStore | null = null;

  beforeEach(async () => {
    server = await RedisServer.start(binary);
  });
  afterEach(async () => {
    await store?.close();
    store = null;
    await server.remove();
  });

  const open = async (options: Partial<RedisStateStoreOptions> = {}): Promise<RedisStateStore> => {
    const base = { mode: 'single', nodes: [server.node], nonce: randomUUID, timeoutMs: 2_000 } as const;
    store = await openRedisStateStore({ ...base, ...options });
    return store;
  };
  /** Everything that a worker does with its state. */
  const work = async (opened: RedisStateStore): Promise<number> => {
    await opened.claim({ clusterId: 'one', topicIds: {}, rawPartitions: 1, reducedPartitions: 1 });
    const { lease } = await opened.fence(shard);
    await opened.commit(lease, checkpoint({ changes }));
    const rows = Object.keys(await rowsOf(opened, lease)).length;
    await opened.discard(await opened.fence(shard));
    return rows;
  };

  test('a user with the least permissions can do all of it', async () => {
    await server.tell('ACL', 'SETUSER', 'worker', 'on', '>secret', ...leastPermissions);
    const slice = { rows: 2, bytes: 1_000 };
    const opened = await open({ username: 'worker', password: hidden('secret'), slice });
    expect(await work(opened)).toBe(5);
  });

  test('keys of another prefix are refused to that user', async () => {
    await server.tell('ACL', 'SETUSER', 'worker', 'on', '>secret', ...leastPermissions);
    const opened = await open({ username: 'worker', password: hidden('secret'), prefix: 'other' });
    await expect(work(opened)).rejects.toMatchObject({ code: 'state.refused' });
  });

  test.for(leastPermissions.filter((permission) => permission.startsWith('+')))(
    'without %s it is refused, and says so',
    async (missing) => {
      const rest = leastPermissions.filter((permission) => permission !== missing);
      await server.tell('ACL', 'SETUSER', 'worker', 'on', '>secret', ...rest);
      const slice = { rows: 2, bytes: 1_000 };
      const working = open({ username: 'worker', password: hidden('secret'), slice }).then(work);
      // Without EVALSHA every call goes by EVAL and without EVAL a script is never loaded: both are refused.
      await expect(working).rejects.toMatchObject({ code: 'state.refused', isRetriable: false });
    },
  );

  describe('a key that somebody else has written', () => {
    const rows = '{tocsin:relate:0}:rows';
    const isForeign = (detail: string) => ({ code: 'state.foreign-key', exitCode: 78, detail });

    test.for([[rows], ['{tocsin:relate:0}:meta'], ['{tocsin:installation}']])(
      '%s is named',
      async ([key]) => {
        const opened = await open();
        await server.tell('SET', String(key), 'theirs');
        await expect(work(opened)).rejects.toMatchObject(isForeign(`${key} is of type string`));
      },
    );

    test('is named among its neighbours to a user that may not ask for types', async () => {
      await server.tell('ACL', 'SETUSER', 'worker', 'on', '>secret', ...leastPermissions);
      const opened = await open({ username: 'worker', password: hidden('secret') });
      await server.tell('SET', rows, 'theirs');
      const detail = `{tocsin:relate:0}:meta is of type unknown, ${rows} is of type unknown`;
      await expect(work(opened)).rejects.toMatchObject(isForeign(detail));
    });
  });

  test.for([
    ['a wrong password', { username: 'default', password: hidden('wrong') }],
    ['no password', {}],
    ['an unknown user', { username: 'nobody', password: hidden('secret') }],
  ] as const)('%s is refused at once', async ([, login]) => {
    await server.tell('CONFIG', 'SET', 'requirepass', 'secret');
    await expect(open({ ...login, timeoutMs: 30_000 })).rejects.toMatchObject({
      code: 'state.refused',
      exitCode: 78,
    });
  });

  test('the password of the default user needs no name', async () => {
    await server.tell('CONFIG', 'SET', 'requirepass', 'secret');
    expect(await work(await open({ password: hidden('secret') }))).toBe(5);
  });

  test('an error never shows the password', async () => {
    await server.tell('CONFIG', 'SET', 'requirepass', 'secret');
    const failure = await open({ password: hidden('hunter2') }).catch((error: Error) => error);
    expect(String(failure)).not.toContain('hunter2');
  });

  test('another database keeps its own shards', async () => {
    await work(await open({ db: 3 }));
    expect(await server.tell('DBSIZE')).toBe(0);
  });

  test('a database that does not exist is refused', async () => {
    await expect(open({ db: 99 }).then(work)).rejects.toMatchObject({ code: 'state.refused' });
  });

  test.for(['allkeys-lru', 'volatile-ttl', 'allkeys-random'])(
    'a server with the policy %s is refused',
    async (policy) => {
      await server.tell('CONFIG', 'SET', 'maxmemory-policy', policy);
      await expect(open()).rejects.toMatchObject({
        code: 'state.evicts',
        exitCode: 78,
        message: expect.stringContaining(policy),
      });
    },
  );

  test('a policy that changed since is found when a shard is taken', async () => {
    const opened = await open();
    await server.tell('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    await expect(opened.fence(shard)).rejects.toMatchObject({ code: 'state.evicts' });
  });

  test('a full server is away until there is room, and keeps what it has', async () => {
    const opened = await open();
    const { lease } = await opened.fence(shard);
    const basedOn = await opened.commit(lease, checkpoint({ changes }));
    await server.tell('CONFIG', 'SET', 'maxmemory', '1');
    const next = checkpoint({
      seq: 2,
      basedOn,
      changes: [{ table: 't', key: 'new', value: Buffer.from('x') }],
    });
    await expect(opened.commit(lease, next)).rejects.toMatchObject({ code: 'state.unavailable' });
    await server.tell('CONFIG', 'SET', 'maxmemory', '0');
    expect(Object.keys(await rowsOf(opened, lease))).toHaveLength(5);
    await opened.commit(lease, next);
    expect(Object.keys(await rowsOf(opened, lease))).toHaveLength(6);
  });

  test('a replica that was a master takes no writes: the call is tried again and then fails as away', async () => {
    const opened = await open({ timeoutMs: 500 });
    const { lease } = await opened.fence(shard);
    await server.tell('REPLICAOF', '127.0.0.1', await freePort());
    await expect(opened.commit(lease, checkpoint({ changes }))).rejects.toMatchObject({
      code: 'state.unavailable',
    });
    await server.tell('REPLICAOF', 'NO', 'ONE');
    await opened.commit(lease, checkpoint({ changes }));
  });

  test('state of a newer layout is refused and not touched', async () => {
    const opened = await open();
    await work(opened);
    await server.tell('HSET', '{tocsin:relate:0}:meta', 'layout', '2');
    const epoch = await server.tell('HGET', '{tocsin:relate:0}:meta', 'epoch');
    await expect(opened.fence(shard)).rejects.toMatchObject({ code: 'state.newer', exitCode: 78 });
    expect(await server.tell('HGET', '{tocsin:relate:0}:meta', 'epoch')).toBe(epoch);
  });
});

const overTls = certificateMissing === null ? await redisBinaryForTests() : { missing: certificateMissing };

describeService('RedisStateStore over TLS', overTls, (binary) => {
  let server: RedisServer;
  let front: Server;
  let pem: { readonly ca: string; readonly key: string };
  let node = '';

  beforeAll(async () => {
    server = await RedisServer.start(binary);
    pem = certificateFor('redis.test');
    front = createServer({ cert: pem.ca, key: pem.key }, (socket) => {
      const upstream = connect(server.port, '127.0.0.1');
      socket.on('error', () => upstream.destroy());
      socket.on('close', () => upstream.destroy());
      socket.pipe(upstream).pipe(socket);
    });
    const port = await freePort();
    await new Promise<void>((resolve) => front.listen(port, '127.0.0.1', resolve));
    node = `127.0.0.1:${port}`;
  });
  afterAll(async () => {
    front.close();
    await server.remove();
  });

  const base = { mode: 'single', nonce: randomUUID, timeoutMs: 1_000 } as const;

  test('a certificate of the given authority and name is accepted', async () => {
    const tls = { ca: pem.ca, serverName: 'redis.test' };
    const store = await openRedisStateStore({ ...base, nodes: [node], tls });
    expect((await store.fence(shard)).checkpoint).toBeNull();
    await store.close();
  });

  test.for([
    ['of an unknown authority', (): object => ({ serverName: 'redis.test' })],
    ['with another name', (): object => ({ ca: pem.ca, serverName: 'elsewhere.test' })],
  ] as const)('a certificate %s is not', async ([, tls]) => {
    await expect(openRedisStateStore({ ...base, nodes: [node], tls: tls() })).rejects.toMatchObject({
      code: 'state.unavailable',
      message: expect.stringMatching(/certificate|altnames/),
    });
  });
});
