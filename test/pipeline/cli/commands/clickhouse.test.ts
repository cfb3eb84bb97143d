import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { ClickHouseWarehouse, connectHttp } from '../../../../pipeline/warehouse/index.ts';
import { migrations } from '../../../../schemas/clickhouse/index.ts';
import { clickHouseForTests, describeService } from '../../../support/services.ts';
import { call } from '../calling.ts';

describeService('clickhouse on a server', await clickHouseForTests(), (address) => {
  const names = migrations.map(({ name }) => name);
  const { origin, username, password } = new URL(address);
  const login = username === '' ? {} : { user: username, password };

  const around = (database: string) => ({
    files: {
      'tocsin.yaml': JSON.stringify({ warehouse: { engine: 'clickhouse', url: origin, database, ...login } }),
    },
  });

  test('plan lists what is to be taken and takes nothing, apply takes it, once', async () => {
    const database = `commands_${randomUUID().replaceAll('-', '')}`;
    const run = (...argv: string[]) => call(['clickhouse', ...argv], around(database));
    for (const _time of ['first', 'second'])
      expect(await run('plan')).toMatchObject({
        exitCode: 1,
        stdout: `${database} lacks ${names.join(', ')}\n`,
      });
    expect(JSON.parse((await run('apply', '-o', 'json')).stdout)).toEqual({ database, taken: names });
    expect(await run('apply')).toMatchObject({
      exitCode: 0,
      stdout: `${database} had the tables of this version\n`,
    });
    expect(JSON.parse((await run('plan', '-o', 'json')).stdout)).toEqual({ database, pending: [] });
  });

  test('a database of a newer version is refused and left as it is', async () => {
    const database = `commands_${randomUUID().replaceAll('-', '')}`;
    const run = (command: string) => call(['clickhouse', command], around(database));
    await run('apply');
    const warehouse = new ClickHouseWarehouse(
      connectHttp({
        url: origin,
        ...(username === '' ? {} : { user: username, password: hidden(password) }),
      }),
      database,
    );
    onTestFinished(() => warehouse.close());
    await warehouse.command(
      "INSERT INTO {db}.schema_migrations (version, name, checksum) SELECT 99, 'later', 'unknown'",
    );
    for (const command of ['plan', 'apply']) {
      const { exitCode, stderr } = await run(command);
      expect(exitCode).toBe(78);
      expect(stderr).toContain('warehouse.schema-mismatch');
    }
  });
});

function hidden(text: string) {
  return { reveal: () => text };
}
