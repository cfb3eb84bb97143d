import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { migrations } from '../../../../schemas/clickhouse/index.ts';
import { clickHouseForTests, describeService } from '../../../support/services.ts';
import { call } from '../calling.ts';

describeService('clickhouse on a server', await clickHouseForTests(), (address) => {
  const names = migrations.map(({ name }) => name);
  const url = new URL(address);

  function around(database: string) {
    const login = url.username === '' ? '' : `, user: ${url.username}, password: ${url.password}`;
    const config = `warehouse: { engine: clickhouse, url: "${url.origin}", database: ${database}${login} }`;
    return { files: { 'tocsin.yaml': `${config}\n` } };
  }

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
});
