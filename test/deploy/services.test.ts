import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { clickHouseForTests, describeService, redisForTests, registryForTests } from '../support/services.ts';
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
    execFileSync(process.execPath, [launcher, ...args, '--state', state], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
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

  test('restarts one by name, with its port and data', async () => {
    launch('up', 'redis');
    const { env, processes } = read();
    await ask(env.REDIS_URL, 'SET kept again');
    launch('restart', 'redis');
    expect(read().env).toEqual(env);
    expect(read().processes[0].pid).not.toBe(processes[0].pid);
    expect(await ask(env.REDIS_URL, 'GET kept')).toContain('again');
  });

  test('kills one by name; up brings it back', async () => {
    launch('up', 'redis');
    const { env } = read();
    expect(launch('kill', 'redis')).toContain('has died');
    await expect(ask(env.REDIS_URL, 'PING')).rejects.toThrow();
    launch('up', 'redis');
    expect(await ask(env.REDIS_URL, 'PING')).toBe('+PONG');
  });

  test('what is paused stands still until it is resumed, and can be restarted', async () => {
    launch('up', 'redis');
    const { env, processes } = read();
    const isStill = (): boolean =>
      execFileSync('ps', ['-o', 'stat=', '-p', processes[0].pid], { encoding: 'utf8' }).startsWith('T');
    launch('pause', 'redis');
    expect(isStill()).toBe(true);
    const answer = ask(env.REDIS_URL, 'PING');
    launch('resume', 'redis');
    expect(isStill()).toBe(false);
    expect(await answer).toBe('+PONG');
    launch('pause', 'redis');
    launch('restart', 'redis');
    expect(await ask(env.REDIS_URL, 'PING')).toBe('+PONG');
  });

  test.for([
    ['a name that it does not know', 'kill', 'reddis'],
    ['no name', 'restart'],
    ['what it did not start', 'pause', 'registry'],
  ])('%s is refused', ([, ...args]) => {
    launch('up', 'redis');
    expect(() => launch(...args)).toThrow(/usage:|was not started here/);
  });

  test('stops what it started, and stopping twice does no harm', async () => {
    launch('up', 'redis');
    const { env } = read();
    expect(launch('env')).toBe(`export REDIS_URL=${env.REDIS_URL}\n`);
    expect(launch('down', 'kafka')).toMatch(/^nothing to stop\nredis +pid /);
    expect(() => launch('down', 'redis-1')).toThrow(/usage:/);
    expect(launch('down', '--purge')).toBe(`stopped redis\nnothing runs (state: ${state})\n`);
    expect(launch('down', '--purge')).toBe('nothing to stop\n');
    expect(launch('status')).toBe(`nothing runs (state: ${state})\n`);
    await expect(ask(env.REDIS_URL, 'PING')).rejects.toThrow();
  });
});

describeService('the ClickHouse for tests', await clickHouseForTests(), (address) => {
  const { username, password, origin } = new URL(address);
  const headers = { authorization: `Basic ${btoa(`${username || 'default'}:${password}`)}` };
  const tell = async (body: string, search: Record<string, string> = {}): Promise<string> => {
    const response = await fetch(`${origin}/?${new URLSearchParams(search)}`, {
      method: 'POST',
      body,
      headers,
    });
    return (await response.text()).trim();
  };

  test('a request is as if alone: what another has set does not last', async () => {
    const changed = 'SELECT value FROM system.settings WHERE name = {name:String}';
    const name = { param_name: 'max_block_size' };
    const byDefault = await tell(changed, name);
    expect(await tell(changed, { ...name, max_block_size: '7' })).toBe('7');
    expect(await tell(changed, name)).toBe(byDefault);
    expect(await tell('SELECT currentDatabase()', { database: 'system' })).toBe('system');
    expect(await tell('SELECT currentDatabase()')).toBe('default');
  });

  test('rows come in the body, after a statement in the address or in the body', async () => {
    const table = `t_${randomUUID().replaceAll('-', '')}`;
    await tell(`CREATE TABLE ${table} (n Int32, text String) ENGINE = MergeTree ORDER BY n`);
    const insert = `INSERT INTO ${table} (n, text) FORMAT JSONCompactEachRow`;
    await tell('[1, "a"]\n[2, "\'; DROP"]\n', { query: insert, insert_deduplication_token: 'once' });
    await tell(`${insert}\n[3, "é"]\n`);
    const rows = await tell(`SELECT * FROM ${table} ORDER BY n`, { default_format: 'JSONCompactEachRow' });
    expect(rows).toBe('[1, "a"]\n[2, "\'; DROP"]\n[3, "é"]');
    await tell(`DROP TABLE ${table}`);
  });

  test('a statement that is no SQL is told with its number and name', async () => {
    expect(await tell('SELEKT 1')).toMatch(/^Code: 62\. DB::Exception: Syntax error.*\(SYNTAX_ERROR\)/s);
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

describe('the launcher without chdb', () => {
  test('says what is missing, and starts nothing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tocsin-no-chdb-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    // A copy finds no packages.
    cpSync(dirname(launcher), folder, { recursive: true });
    const state = join(folder, 'services.json');
    const run = () =>
      execFileSync(
        process.execPath,
        [join(folder, basename(launcher)), 'up', 'clickhouse', '--state', state],
        {
          stdio: 'pipe',
        },
      );
    expect(run).toThrow(/the optional package chdb is not installed/);
    expect(existsSync(state)).toBe(false);
  });
});
