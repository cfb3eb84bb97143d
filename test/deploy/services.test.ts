import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeService, redisForTests, registryForTests } from '../support/services.ts';
import { launcher } from '../support/services-run.ts';

function ask(address: string, command: string): Promise<string> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(`${command}\r\n`));
    socket.once('error', reject);
    socket.once('data', (data) => {
      resolve(data.toString().trim());
      socket.destroy();
    });
  });
}

describeService('the registry for tests', await registryForTests(), (address) => {
  test('speaks the Confluent API', async () => {
    const response = await fetch(`${address}/subjects`);
    expect(await response.json()).toBeInstanceOf(Array);
  });
});

describeService('the launcher', await redisForTests(), () => {
  let folder: string;
  let state: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tocsin-launcher-'));
    state = join(folder, 'services.json');
  });
  const launch = (...args: string[]): string =>
    execFileSync(process.execPath, [launcher, ...args, '--state', state], { encoding: 'utf8' });
  const read = () => JSON.parse(readFileSync(state, 'utf8'));
  afterAll(() => {
    launch('down', '--purge');
    rmSync(folder, { recursive: true });
  });

  test('starts once, and brings what was killed back with its port and data', async () => {
    launch('up', 'redis');
    const first = read();
    launch('up', 'redis');
    expect(read()).toEqual(first);
    const address = first.env.REDIS_URL;
    expect(await ask(address, 'CONFIG GET maxmemory-policy')).toContain('noeviction');
    expect(await ask(address, 'SET kept yes')).toBe('+OK');
    process.kill(first.processes[0].pid, 'SIGTERM');
    while (launch('status').includes(' pid '));
    launch('up', 'redis');
    expect(read().env.REDIS_URL).toBe(address);
    expect(await ask(address, 'GET kept')).toContain('yes');
  });

  test('stops what it started, and stopping twice does no harm', async () => {
    launch('up', 'redis');
    const { env } = read();
    expect(launch('env')).toBe(`export REDIS_URL=${env.REDIS_URL}\n`);
    expect(launch('down', '--purge')).toBe('nothing runs\n');
    expect(launch('down', '--purge')).toBe('nothing runs\n');
    await expect(ask(env.REDIS_URL, 'PING')).rejects.toThrow();
  });
});

describe('the launcher without Java and Maven', () => {
  test('says what is missing', () => {
    const run = () =>
      execFileSync(process.execPath, [launcher, 'up', 'kafka', '--state', join(tmpdir(), 'never.json')], {
        env: { PATH: '/nowhere' },
        stdio: 'pipe',
      });
    expect(run).toThrow(/the service needs Java 17 or newer, there is none on the PATH/);
  });
});
