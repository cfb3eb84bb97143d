import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { EmbeddedRegistry, openRestFront } from '../../../pipeline/registry/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { ClickHouseFront } from '../../support/clickhouse-front.ts';
import { RedisServer, redisBinaryForTests } from '../../support/redis-servers.ts';
import { describeService } from '../../support/services.ts';
import { call } from '../cli/calling.ts';
import { ChdbBench, chdbMissing } from '../warehouse/chdb-bench.ts';

/** What `tocsin run` says when it does not start, and its exit code. */
async function refused(config: string): Promise<{ readonly exitCode: number; readonly stderr: string }> {
  const files = { 'tocsin.yaml': `worker: { startWithinMs: 30000 }\n${config}` };
  return call(['run', '--stdin', '--listen', 'off'], { files });
}

/** Refused at once: what would not change by asking again is not asked again. */
async function expectRefusal(config: string, code: string): Promise<void> {
  const { exitCode, stderr } = await refused(config);
  expect(stderr).toContain(`code:     ${code}`);
  expect(stderr).not.toContain('"code":"waiting"');
  expect(exitCode).toBe(78);
}

describeService('a worker that Redis refuses', await redisBinaryForTests(), (binary) => {
  async function redis(...args: readonly string[]): Promise<string> {
    const server = await RedisServer.start(binary, args);
    onTestFinished(() => server.remove());
    return server.node;
  }

  test.each([
    ['no password', ''],
    ['a wrong password', ', password: wrong'],
    ['a user that it does not know', ', username: nobody, password: right'],
  ])('says so: %s', async (_name, login) => {
    const node = await redis('--requirepass', 'right');
    await expectRefusal(`state: { kind: redis, nodes: "${node}"${login} }\n`, 'state.refused');
  });

  test('does not store its state where it may be thrown away', async () => {
    const node = await redis('--maxmemory-policy', 'allkeys-lru');
    await expectRefusal(`state: { kind: redis, nodes: "${node}" }\n`, 'state.evicts');
  });

  test('does not take the state of an embedded log that has ended for its own', async () => {
    const config = `state: { kind: redis, nodes: "${await redis()}" }\nworker: { graphs: [reduce, relate] }\n`;
    const first = await call(['run', '--stdin', '--listen', 'off'], { files: { 'tocsin.yaml': config } });
    expect(first.exitCode).toBe(0);
    const second = await call(['run', '--stdin', '--listen', 'off'], { files: { 'tocsin.yaml': config } });
    expect(second.stderr).toContain('code:     state.other-log');
    expect(second.exitCode).toBe(78);
  });
});

describe('a worker that its registry does not suit', () => {
  async function registry(prepare: (registry: EmbeddedRegistry) => Promise<unknown>): Promise<string> {
    const embedded = new EmbeddedRegistry();
    await prepare(embedded);
    const front = await openRestFront(embedded, { port: 0 });
    onTestFinished(() => front.close());
    return front.url;
  }

  const config = (url: string, more = ''): string =>
    `warehouse: { engine: memory }\nregistry: { kind: confluent, url: "${url}"${more} }\n`;

  test('does not register schemas unless it is allowed to', async () => {
    const url = await registry(async () => {});
    await expectRefusal(config(url), 'registry.not-registered');
  });

  test('does not write what others cannot read', async () => {
    const url = await registry((embedded) =>
      embedded.register(codecs.enriched.subject, {
        ...{ type: 'record', name: 'EnrichedAlert', namespace: 'elsewhere' },
        fields: [{ name: 'tenant', type: 'int' }],
      }),
    );
    await expectRefusal(config(url, ', autoRegister: true'), 'registry.incompatible');
  });

  test('takes an address without a registry for a mistake, not for an outage', async () => {
    const url = await registry(async () => {});
    await expectRefusal(config(`${url}/apis/ccompat/v7`), 'registry.refused');
  });
});

describe.skipIf(chdbMissing !== null)(`a worker that ClickHouse refuses ${chdbMissing ?? ''}`, () => {
  let bench: ChdbBench;
  beforeAll(async () => {
    bench = await ChdbBench.open();
  });
  afterAll(() => bench.close());

  async function clickHouse(login: string | null = null): Promise<string> {
    const front = await ClickHouseFront.open(bench.connected, login);
    onTestFinished(() => front.close());
    return front.url;
  }
  const config = (url: string, more: string): string =>
    `warehouse: { engine: clickhouse, url: "${url}", ${more} }\n`;

  test('does not make tables unless it is allowed to', async () => {
    const url = await clickHouse();
    await expectRefusal(config(url, 'database: bare'), 'warehouse.not-migrated');
  });

  test('leaves a database of a newer version alone', async () => {
    const newer = bench.warehouse('newer');
    await newer.migrate();
    await newer.command(
      "INSERT INTO {db}.schema_migrations (version, name, checksum) SELECT 99, 'later', ''",
    );
    const url = await clickHouse();
    await expectRefusal(config(url, 'database: newer'), 'warehouse.schema-mismatch');
    await expectRefusal(config(url, 'database: newer, autoMigrate: true'), 'warehouse.schema-mismatch');
  });

  test('says that its password is wrong', async () => {
    const url = await clickHouse('tocsin:right');
    await expectRefusal(config(url, 'user: tocsin, password: wrong'), 'warehouse.no-access');
  });

  test('starts where it may make the tables itself, and where they are', async () => {
    const url = await clickHouse('tocsin:right');
    const access = 'database: own, user: tocsin, password: right';
    const first = await refused(config(url, `${access}, autoMigrate: true`));
    expect(first).toMatchObject({ exitCode: 0 });
    expect(await refused(config(url, access))).toMatchObject({ exitCode: 0 });
  });
});
