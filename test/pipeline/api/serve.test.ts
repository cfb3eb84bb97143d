import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { serve } from '../../../pipeline/api/index.ts';
import type { Check } from '../../../pipeline/health/index.ts';
import { post, served } from './serving.ts';

const mebibyte = 1 << 20;
const alert = '{"name":"DiskFull"}';

describe('alerts', () => {
  test.each([
    ['/v1/alerts', 202],
    ['/webhook', 202],
    ['/api/v2/alerts', 200],
    ['/api/v2/alerts?silenced=false', 200],
  ])('posted to %s are taken as they are, with %i', async (path, status) => {
    const { send, taken } = await served();
    expect(await send(path, post(alert))).toMatchObject({ status, text: '' });
    expect(taken).toEqual([{ value: alert, headers: {} }]);
  });

  test('keep bytes that are no text', async () => {
    const values: Uint8Array[] = [];
    const { send } = await served({ ingest: async (value) => void values.push(value) });
    await send('/v1/alerts', post(new Uint8Array([0, 0, 0, 0, 1, 0xff, 0xfe])));
    expect([...(values[0] ?? [])]).toEqual([0, 0, 0, 0, 1, 0xff, 0xfe]);
  });

  test('carry the attributes of a CloudEvent in binary mode, and no other header', async () => {
    const { send, taken } = await served();
    const attributes = {
      'ce-specversion': '1.0',
      'CE-Id': 'a',
      'ce-subject': 'caf%C3%A9 100%',
      'x-other': 'b',
    };
    await send('/v1/alerts', post(alert, attributes));
    expect(taken[0]?.headers).toEqual({ ce_specversion: '1.0', ce_id: 'a', ce_subject: 'caf%C3%A9 100%' });
    await send('/v1/alerts', post(alert, { ...attributes, 'ce-subject': 'caf%C3%A9' }));
    expect(taken[1]?.headers).toMatchObject({ ce_subject: 'café' });
  });

  test.each<[string, RequestInit, number, string]>([
    ['an empty body', post(''), 400, 'the body is empty\n'],
    [
      'a body above a mebibyte',
      post('x'.repeat(mebibyte + 1)),
      413,
      `a request has at most ${mebibyte} bytes\n`,
    ],
    [
      'a compressed body',
      post('x', { 'content-encoding': 'gzip' }),
      415,
      'content-encoding gzip: send the body as it is\n',
    ],
    ['another method', { method: 'PUT', body: 'x' }, 405, '/v1/alerts takes POST\n'],
    [
      'a page of another site',
      post(alert, { origin: 'http://evil.example' }),
      403,
      'pages of other sites may not send here\n',
    ],
  ])('from %s are refused', async (_name, init, status, text) => {
    const { send, taken } = await served();
    expect(await send('/v1/alerts', init)).toMatchObject({ status, text });
    expect(taken).toEqual([]);
  });

  test('of exactly a mebibyte are taken', async () => {
    const { send, taken } = await served();
    expect(await send('/v1/alerts', post('x'.repeat(mebibyte)))).toMatchObject({ status: 202 });
    expect(taken[0]?.value).toHaveLength(mebibyte);
  });

  test('from a page of our own are taken', async () => {
    const { send, url } = await served();
    expect(await send('/v1/alerts', post(alert, { origin: url }))).toMatchObject({ status: 202 });
  });

  test('that the log does not take are left with their sender, who is to try again', async () => {
    const { send } = await served({ ingest: () => Promise.reject(new Error('the log is away')) });
    const { status, text, headers } = await send('/v1/alerts', post(alert));
    expect([status, text, headers.get('retry-after')]).toEqual([503, 'the log is away\n', '1']);
  });
});

describe('probes and scrapes', () => {
  test.each([
    ['/livez', 200, 'ok\n'],
    ['/readyz', 200, 'ok\n'],
    ['/readyz?verbose', 200, '\nready\n'],
    ['/startupz', 200, 'ok\n'],
    ['/metrics', 200, 'up 1\n'],
  ])('%s answers %i', async (path, status, text) => {
    const { send } = await served();
    expect(await send(path)).toMatchObject({ status, text });
  });

  describe('of a worker with something amiss', () => {
    const good = { name: 'broker', isGood: true, isNeeded: true, detail: 'reachable' };
    const bad = { name: 'relate shards', isGood: false, isNeeded: true, detail: '1 of 2 shards restored' };
    const spare = { name: 'registry', isGood: false, isNeeded: false, detail: 'away for 3 s: refused' };
    const healthOf = (isStarted: boolean, checks: readonly Check[]) => ({
      health: () => ({ isStarted, checks }),
    });

    test('/readyz says 503 and what keeps it from being ready', async () => {
      const { send } = await served(healthOf(true, [good, bad, spare]));
      const text = 'not ready\n[-]relate shards: 1 of 2 shards restored\n';
      expect(await send('/readyz')).toMatchObject({ status: 503, text });
      expect(await send('/livez')).toMatchObject({ status: 200 });
      expect(await send('/startupz')).toMatchObject({ status: 200 });
    });

    test('/readyz?verbose lists everything that was looked at', async () => {
      const { send } = await served(healthOf(true, [good, bad, spare]));
      const lines = [
        '[+]broker: reachable',
        '[-]relate shards: 1 of 2 shards restored',
        '[-]registry: away for 3 s: refused (ready without it)',
        'not ready',
      ];
      expect(await send('/readyz?verbose')).toMatchObject({ status: 503, text: `${lines.join('\n')}\n` });
    });

    test('/readyz says 200 when only that is amiss which it does without', async () => {
      const { send } = await served(healthOf(true, [good, spare]));
      expect(await send('/readyz')).toMatchObject({ status: 200, text: 'ok\n' });
    });

    test('/startupz says 503 until it has started, and what it waits for', async () => {
      const waiting = {
        name: 'started',
        isGood: false,
        isNeeded: true,
        detail: 'it waits for the state: no',
      };
      const { send } = await served(healthOf(false, [waiting]));
      const text = 'not started\n[-]started: it waits for the state: no\n';
      expect(await send('/startupz')).toMatchObject({ status: 503, text });
    });
  });

  test('a scrape has the content type of its format', async () => {
    const { send } = await served();
    expect((await send('/metrics')).headers.get('content-type')).toBe('text/plain; version=0.0.4');
  });

  test('HEAD gets the answer of GET without its body', async () => {
    const { send } = await served();
    expect(await send('/livez', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  test('a method that is not for reading is refused, and what is for it is named', async () => {
    const { send } = await served();
    const { status, headers } = await send('/metrics', post('x'));
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('an unknown path is told what there is', async () => {
    const { send } = await served();
    const { status, text } = await send('/v1/alert');
    expect(status).toBe(404);
    expect(text).toContain('there is no /v1/alert here, only /v1/alerts, /webhook');
  });
});

/** A log that says when it is asked to take something, and takes it when it is told to. */
function slowLog() {
  let ask: (take: () => void) => void = () => {};
  const asked = new Promise<() => void>((resolve) => {
    ask = resolve;
  });
  return { asked, ingest: () => new Promise<void>((take) => ask(take)) };
}

const loopbacks = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ internal, scopeid = 0 }) => internal && scopeid === 0)
  .map(({ address }) => address);

describe('the server', () => {
  test.each(loopbacks)('listens on %s alone when told so', async (host) => {
    const inside = { ingest: async () => {}, control: async () => {} };
    const metrics = async () => ({ text: '', contentType: 'text/plain' });
    const api = await serve(
      { host, port: 0 },
      { ...inside, metrics, health: () => ({ isStarted: true, checks: [] }), now: () => 0 },
    );
    const { hostname, port } = new URL(api.url);
    expect((await fetch(`${api.url}/livez`)).status).toBe(200);
    await api.close();
    expect([hostname.replaceAll(/[[\]]/g, ''), Number(port) > 0]).toEqual([host, true]);
    await expect(fetch(`${api.url}/livez`)).rejects.toThrow();
  });

  test('says so when the port is taken', async () => {
    const { port } = await served();
    const again = serve({ host: '127.0.0.1', port }, {} as never);
    await expect(again).rejects.toMatchObject({ code: 'api.cannot-listen', exitCode: 69 });
    await expect(again).rejects.toMatchObject({ detail: expect.stringContaining(`127.0.0.1:${port}`) });
  });

  const impatient = { requestMs: 100, idleMs: 100, closeMs: 1 };
  const begun = 'POST /v1/alerts HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nonly';

  test('gives up a request whose body does not come, and takes nothing of it', async () => {
    const { port, taken } = await served({}, { ...impatient, idleMs: 10_000 });
    const socket = connect(port, '127.0.0.1');
    socket.write(begun);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 408 /);
    expect(taken).toEqual([]);
  });

  test('gives up a connection on which nothing ever comes', async () => {
    const { port } = await served({}, { ...impatient, requestMs: 10_000 });
    const socket = connect(port, '127.0.0.1');
    expect(await text(socket)).toBe('');
  });

  test('forgets a request whose sender goes away, and goes on', async () => {
    const { port, send, taken } = await served();
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(begun);
    socket.destroy();
    await once(socket, 'close');
    expect(await send('/v1/alerts', post(alert))).toMatchObject({ status: 202 });
    expect(taken).toEqual([{ value: alert, headers: {} }]);
  });

  test('lets a request under way finish when it is closed', async () => {
    const log = slowLog();
    const { send, api } = await served({ ingest: log.ingest });
    const answered = send('/v1/alerts', post(alert));
    const finish = await log.asked;
    const closed = api.close();
    finish();
    expect((await answered).status).toBe(202);
    await closed;
  });

  test('does not wait for ever for one that does not finish', async () => {
    const log = slowLog();
    const { send, api } = await served(
      { ingest: log.ingest },
      { requestMs: 10_000, idleMs: 10_000, closeMs: 1 },
    );
    const answered = send('/v1/alerts', post(alert));
    await log.asked;
    await api.close();
    await expect(answered).rejects.toThrow();
  });
});
