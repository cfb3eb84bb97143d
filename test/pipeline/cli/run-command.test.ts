import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { call } from './calling.ts';
import { type Running, running } from './running.ts';

/** Time goes on quickly, and nothing is stored. */
const quick = `
worker: { graphs: [reduce, relate], heartbeatMs: 20, clockSlackMs: 0 }
broker: { rawPartitions: 2, reducedPartitions: 2 }
`;
const listen = ['--listen', '127.0.0.1:0'];

const alertOf = (host: string, name = 'DiskFull') =>
  JSON.stringify({ source: 'me', name, severity: 'critical', labels: { host } });

async function send(url: string, body: string, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(url, { method: 'POST', body, headers });
  await response.body?.cancel();
  return response.status;
}

const codesOf = ({ logged }: Running) => logged.map(({ code }) => code);
const told = (worker: Running, host: string) =>
  worker.printed.find(({ labels }) => JSON.stringify(labels) === JSON.stringify({ host }));

describe('tocsin run takes alerts', () => {
  test('over HTTP, and prints each telling as one line of JSON', async () => {
    const worker = running(listen, quick);
    const url = await worker.url();
    expect(await send(`${url}/v1/alerts`, alertOf('db-1'))).toBe(202);
    expect(await worker.until(() => told(worker, 'db-1'))).toMatchObject({
      name: 'DiskFull',
      emitReason: 'first',
      suppression: null,
    });
    expect(await worker.interrupt()).toBe(0);
    expect(codesOf(worker)).toEqual(['listening', 'started', 'stopped']);
  });

  test('from an Alertmanager', async () => {
    const worker = running(listen, quick);
    const firing = { labels: { alertname: 'DiskFull', host: 'db-1' }, startsAt: '2026-01-01T00:00:00Z' };
    expect(await send(`${await worker.url()}/api/v2/alerts`, JSON.stringify([firing]))).toBe(200);
    expect(await worker.until(() => worker.printed[0])).toMatchObject({ name: 'DiskFull' });
  });

  test('as CloudEvents in binary mode', async () => {
    const worker = running(listen, quick);
    const attributes = { 'ce-specversion': '1.0', 'ce-id': 'a', 'ce-source': 'probe', 'ce-type': 'alert' };
    await send(`${await worker.url()}/v1/alerts`, '{"name":"DiskFull"}', attributes);
    expect(await worker.until(() => worker.printed[0])).toMatchObject({ source: 'probe' });
  });

  test('from stdin, one per line, and ends with it when all of them are worked on', async () => {
    const worker = running(['--stdin', '--listen', 'off'], quick);
    const hosts = Array.from({ length: 20_000 }, (_, index) => `h-${index % 500}`);
    worker.stdin.end(`${hosts.map((host) => alertOf(host)).join('\r\n')}\n\n  \nno JSON\n`);
    expect(await worker.ended).toBe(0);
    expect(new Set(worker.printed.map(({ labels }) => JSON.stringify(labels))).size).toBe(500);
    expect(worker.logged).toMatchObject([
      { code: 'started' },
      { code: 'dead-letter', error: 'record.invalid-json', count: 1 },
      { code: 'stopped', entered: 20_001, 'dead-lettered': 1 },
    ]);
  });

  test('from stdin as bytes: what is no UTF-8 is a dead letter, not something similar', async () => {
    const worker = running(['--stdin', '--listen', 'off'], quick);
    worker.stdin.end(Buffer.from([0x7b, 0xff, 0x7d, 0x0a]));
    await worker.ended;
    expect(worker.logged).toMatchObject([
      { code: 'started' },
      { error: 'record.invalid-utf8' },
      { code: 'stopped' },
    ]);
  });

  test('and tells of dead letters rarely, however many there are', async () => {
    const worker = running(['--stdin', '--listen', 'off'], quick);
    worker.stdin.end('{"name":""}\n'.repeat(150));
    await worker.ended;
    const counts = worker.logged.filter(({ code }) => code === 'dead-letter').map(({ count }) => count);
    expect(counts).toEqual([1, 10, 100]);
  });
});

describe('tocsin run ends', () => {
  test('in order on Ctrl-C, also while stdin and requests are open', async () => {
    const worker = running([...listen, '--stdin'], quick);
    worker.stdin.write(`${alertOf('db-1')}\n`);
    await worker.until(() => told(worker, 'db-1'));
    expect(await worker.interrupt()).toBe(0);
    expect(worker.stdin.destroyed).toBe(true);
    await expect(fetch(`${await worker.url()}/livez`)).rejects.toThrow();
  });

  test('with exit code 69 when the port is taken, and says which', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const called = await call(['run', '--listen', `127.0.0.1:${port}`], { files: { 'tocsin.yaml': quick } });
    expect(called).toMatchObject({ exitCode: 69, stdout: '' });
    expect(called.stderr).toContain(`the API cannot listen on its address: 127.0.0.1:${port}`);
  });

  test.each<[string, string[], string]>([
    ['an address without a port', ['--listen', '127.0.0.1'], '--listen 127.0.0.1: use host:port'],
    ['a port that cannot be', ['--listen', '127.0.0.1:65536'], '--listen 127.0.0.1:65536'],
    ['a topic that does not exist', ['--print', 'alerts'], '--print alerts: use some of alerts.enriched.v1'],
    ['a topic that is no output', ['--print', 'alerts.raw.v1'], '--print alerts.raw.v1'],
    ['a graph that does not exist', ['--graphs', 'reduce,decide'], '--graphs decide: use some of reduce'],
    ['no way in for alerts', ['--listen', 'off'], '--listen off needs --stdin'],
  ])('with exit code 64 before anything is opened: %s', async (_name, argv, words) => {
    const called = await call(['run', ...argv], { files: { 'tocsin.yaml': 'not: read' } });
    expect(called).toMatchObject({ exitCode: 64, stdout: '' });
    expect(called.stderr).toContain(words);
  });
});

describe('a silence over HTTP', () => {
  const hourMs = 3_600_000;

  test('keeps alerts quiet until it is withdrawn, and what still fires is told then', async () => {
    const worker = running([...listen, '--print', 'alerts.enriched.v1,alerts.suppressed.v1'], quick);
    const url = await worker.url();
    const silence = { kind: 'silence', id: 'disks', matchers: 'host="db-1"', endsAt: Date.now() + hourMs };
    expect(await send(`${url}/v1/control`, JSON.stringify(silence))).toBe(202);
    const quiet = await firstQuiet(worker, url);
    expect(quiet['suppression']).toMatchObject({
      kind: 'silence',
      rule: 'disks',
      location: 'control.v1@0',
      until: silence.endsAt,
    });
    await send(`${url}/v1/alerts`, alertOf('db-2'));
    expect(await worker.until(() => told(worker, 'db-2'))).toMatchObject({ suppression: null });

    expect(await send(`${url}/v1/control`, '{"kind":"withdrawal","id":"disks"}')).toBe(202);
    const isReleased = ({ fingerprint, emitReason }: (typeof worker.printed)[number]) =>
      fingerprint === quiet['fingerprint'] && emitReason === 'released';
    expect(await worker.until(() => worker.printed.find(isReleased))).toMatchObject({ suppression: null });
  });

  /** A control acts when a shard reads it, which an alert may overtake: asks with ever new alerts. */
  async function firstQuiet(worker: Running, url: string) {
    for (let attempt = 0; ; attempt += 1) {
      const name = `DiskFull ${attempt}`;
      await send(`${url}/v1/alerts`, alertOf('db-1', name));
      const seen = await worker.until(() => worker.printed.find((each) => each['name'] === name));
      if (seen['suppression'] !== null) return seen;
    }
  }

  test('that cannot work is refused, and why', async () => {
    const worker = running(listen, quick);
    const refused = await fetch(`${await worker.url()}/v1/control`, {
      method: 'POST',
      body: '{"kind":"silence","matchers":"host=~\\".*\\"","endsAt":"2999-01-01T00:00:00Z"}',
    });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('matches every alert'),
    ]);
  });
});

describe('probes and metrics of a worker', () => {
  test('are ready once it listens, and count what it did', async () => {
    const worker = running(listen, quick);
    const url = await worker.url();
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await send(`${url}/v1/alerts`, alertOf('db-1'));
    await send(`${url}/v1/alerts`, 'no JSON');
    await worker.until(
      () => told(worker, 'db-1') && worker.logged.find(({ code }) => code === 'dead-letter'),
    );
    const metrics = await (await fetch(`${url}/metrics`)).text();
    for (const sample of [
      'tocsin_alerts_entered_total 2',
      'tocsin_alerts_total{outcome="passed"} 1',
      'tocsin_alerts_total{outcome="dead-lettered"} 1',
      'tocsin_stage_events_total{graph="reduce",stage="normalize",direction="in"} 2',
      'tocsin_ready 1',
    ])
      expect(metrics.split('\n')).toContain(sample);
  });
});
