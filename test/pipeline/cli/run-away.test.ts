import { describe, expect, test } from 'vitest';
import { call } from './calling.ts';
import { running } from './running.ts';

/** Nobody listens on port 1. */
const nowhere = '127.0.0.1:1';
const soon = 'worker: { startWithinMs: 300 }\n';

describe('tocsin run without a neighbour', () => {
  test.each<[string, string, string]>([
    ['Kafka', `broker: { kind: kafka, brokers: "${nowhere}" }\n`, 'broker.unavailable'],
    ['Redis', `state: { kind: redis, nodes: "${nowhere}", timeoutMs: 100 }\n`, 'state.unavailable'],
    ['a registry', `registry: { kind: confluent, url: "http://${nowhere}" }\n`, 'registry.unavailable'],
    ['ClickHouse', `warehouse: { engine: clickhouse, url: "http://${nowhere}" }\n`, 'warehouse.unavailable'],
  ])(
    'waits for %s for a while, then says that it does not answer: exit code 69',
    async (_name, section, code) => {
      const { exitCode, stderr } = await call(['run', '--stdin', '--listen', 'off'], {
        files: { 'tocsin.yaml': soon + section },
      });
      expect(exitCode).toBe(69);
      expect(stderr).toContain(`code:     ${code}`);
    },
  );

  test('answers probes meanwhile, takes no alerts, and ends at once when it is told to', async () => {
    const worker = running(['--listen', '127.0.0.1:0'], `broker: { kind: kafka, brokers: "${nowhere}" }\n`);
    const url = String(
      await worker.until(() => worker.logged.find(({ code }) => code === 'listening')?.['url']),
    );
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    const refused = await fetch(`${url}/v1/alerts`, { method: 'POST', body: '{"name":"DiskFull"}' });
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('it is starting')]);
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('tocsin_process_');
    await worker.until(() => worker.logged.find(({ code }) => code === 'waiting'));
    expect(await worker.interrupt()).toBe(0);
  });
});
