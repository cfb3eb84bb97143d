import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EmbeddedBroker } from '../../../pipeline/broker/index.ts';
import { claimState } from '../../../pipeline/live/claim-state.ts';
import { openRedisStateStore, type RedisStateStore } from '../../../pipeline/state/index.ts';
import { openLog } from '../../../pipeline/telemetry/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { topicSettings } from '../../../pipeline/topic-settings.ts';
import { topics } from '../../../schemas/topics.ts';
import { checkpoint, rowsOf } from '../../contracts/state-support.ts';
import { RedisServer, redisBinaryForTests } from '../../support/redis-servers.ts';
import { describeService } from '../../support/services.ts';

const installation = { clusterId: 'one', topicIds: {}, rawPartitions: 1, reducedPartitions: 2 };
const damagedShard = { graph: 'relate', partition: 1 };
const wholeShard = { graph: 'relate', partition: 0 };
const [meta, rows] = ['{tocsin:relate:1}:meta', '{tocsin:relate:1}:rows'];
const changes = ['a', 'b', 'c'].map((key) => ({ table: 't', key, value: Buffer.from('1') }));

describeService('state that somebody damaged', await redisBinaryForTests(), (binary) => {
  const broker = new EmbeddedBroker({ clock: new VirtualClock() });
  let server: RedisServer;
  let state: RedisStateStore;
  let logged: { readonly code: string; readonly reason: string }[];

  beforeAll(async () => {
    server = await RedisServer.start(binary);
    await broker.admin.ensureTopics(topicSettings(installation));
    const places = [wholeShard, damagedShard].map(({ partition }) => ({
      topic: topics.reduced.name,
      partition,
    }));
    const records = places.flatMap((place) => Array(20).fill({ ...place, key: null, value: null }));
    await broker.producer().send(records);
  });
  afterAll(() => server.remove());
  beforeEach(async () => {
    logged = [];
    const slice = { rows: 1, bytes: 1_000 };
    state = await openRedisStateStore({ mode: 'single', nodes: [server.node], nonce: randomUUID, slice });
    await state.claim(installation);
    await state.commit((await state.fence(wholeShard)).lease, checkpoint({ changes }));
  });
  afterEach(async () => {
    await server.tell('FLUSHALL');
    await state.close();
  });

  const start = (acceptsReset: boolean): Promise<void> => {
    const write = (line: string): void => void logged.push(JSON.parse(line));
    const log = openLog('info', { write });
    return claimState({ state, broker, installation, delivery: 'effectively-once', acceptsReset, log });
  };
  const stored = async () => {
    const { lease } = await state.fence(damagedShard);
    return state.commit(lease, checkpoint({ changes }));
  };

  describe('without the reset a fence names what is damaged', () => {
    test.each<[string, readonly unknown[], string]>([
      ['the rows are gone', ['DEL', rows], `${rows} has 0 rows, ${meta} counts 3`],
      ['a row is gone', ['HDEL', rows, 't\0a'], `${rows} has 2 rows, ${meta} counts 3`],
      ['the mark is gone', ['DEL', meta], `${rows} has 3 rows, ${meta} counts 0`],
      ['the layout is no number', ['HSET', meta, 'layout', 'abc'], `${meta} says layout abc`],
    ])('%s', async (_, [command, ...values], detail) => {
      await stored();
      await server.tell(String(command), ...values.map(String));
      await expect(state.fence(damagedShard)).rejects.toMatchObject({
        ...{ code: 'state.damaged', exitCode: 78, detail: `relate/1: ${detail}` },
        message: expect.stringContaining('--accept-state-reset'),
      });
    });

    test('the note of the installation', async () => {
      await server.tell('HSET', '{tocsin:installation}', 'layout', 'abc');
      const detail = '{tocsin:installation} says layout abc';
      await expect(start(false)).rejects.toMatchObject({ code: 'state.damaged', detail });
    });
  });

  describe('with the reset', () => {
    const afterwards = async () => {
      const { lease, checkpoint: mark } = await state.fence(damagedShard);
      return { lease, mark, rows: await rowsOf(state, lease) };
    };

    test.each<[string, readonly string[]]>([
      ['whose rows are gone', ['DEL', rows]],
      ['whose mark is gone', ['DEL', meta]],
      ['whose layout is no number', ['HSET', meta, 'layout', 'abc']],
    ])('a shard %s is as one that was lost, and the others stay', async (_, [command = '', ...values]) => {
      await stored();
      await server.tell(command, ...values);
      await start(true);
      expect(logged).toMatchObject([
        { code: 'state-given-up', reason: expect.stringContaining('relate/1: {') },
      ]);
      expect(await afterwards()).toMatchObject({ mark: null, rows: {} });
      const whole = await state.fence(wholeShard);
      expect(await rowsOf(state, whole.lease)).toEqual({ 't/a': '1', 't/b': '1', 't/c': '1' });
    });

    test('whoever owned it can store no more, and the next epoch is a later one', async () => {
      const { lease } = await state.fence(damagedShard);
      const basedOn = await state.commit(lease, checkpoint({ changes }));
      await server.tell('DEL', rows);
      await start(true);
      const isFenced = { code: 'state.fenced' };
      await expect(state.commit(lease, checkpoint({ seq: 2, basedOn }))).rejects.toMatchObject(isFenced);
      const next = await afterwards();
      expect(next.lease.epoch).toBeGreaterThan(lease.epoch);
      await expect(state.commit(lease, checkpoint({ seq: 2, basedOn }))).rejects.toMatchObject(isFenced);
      await state.commit(next.lease, checkpoint({ changes }));
    });

    test('slices that are missing from a commit which counts are found', async () => {
      const commitId = await stored();
      await server.tell('HSET', meta, 'pending', commitId, 'pendingSlices', '2');
      await start(true);
      expect(logged).toMatchObject([
        { code: 'state-given-up', reason: expect.stringContaining('relate/1: {') },
      ]);
      expect(await afterwards()).toMatchObject({ mark: null, rows: {} });
    });

    test('a note of the installation that cannot be read is written anew', async () => {
      await stored();
      await server.tell('HSET', '{tocsin:installation}', 'layout', 'abc');
      await start(true);
      await start(false);
      expect((await afterwards()).rows).toEqual({ 't/a': '1', 't/b': '1', 't/c': '1' });
    });
  });
});
