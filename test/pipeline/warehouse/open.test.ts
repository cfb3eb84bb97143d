import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClickHouseWarehouse, openWarehouse, WarehouseConfig } from '../../../pipeline/warehouse/index.ts';
import { chdbMissing, outputsIn, rowsIn } from './chdb-bench.ts';
import { alertRowOf } from './values.ts';

describe.skipIf(chdbMissing !== null)(`openWarehouse with chdb ${chdbMissing ?? ''}`, () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tocsin-chdb-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  async function open(path = directory): Promise<ClickHouseWarehouse> {
    const said: string[] = [];
    const warehouse = await openWarehouse(WarehouseConfig.parse({ path }), (line) => said.push(line));
    if (!(warehouse instanceof ClickHouseWarehouse)) throw new Error(said.join());
    return warehouse;
  }

  test('makes its directory, and is ready to store', async () => {
    const warehouse = await open(join(directory, 'not', 'there', 'yet'));
    await warehouse.insert({ table: 'alerts', rows: [alertRowOf()], token: 'a' });
    expect(await rowsIn(warehouse, 'alerts')).toBe(1);
    await warehouse.close();
  });

  test('finds rows and tokens again after a restart', async () => {
    const insert = { table: 'alerts', rows: [alertRowOf()], token: 'a' } as const;
    const before = await open();
    await before.insert(insert);
    await before.close();
    const after = await open();
    await after.insert(insert);
    expect([await rowsIn(after, 'alerts'), await outputsIn(after)]).toEqual([1, 1]);
    await after.close();
  });

  test('leaves a database of a newer version alone, and lets go of its directory', async () => {
    const newer = await open();
    await newer.command(
      "INSERT INTO {db}.schema_migrations (version, name, checksum) SELECT 99, 'later', ''",
    );
    await newer.close();
    for (let time = 0; time < 2; time += 1)
      await expect(open()).rejects.toMatchObject({ code: 'warehouse.schema-mismatch', exitCode: 78 });
  });

  test('a second directory is refused while the first is open', async () => {
    const first = await open(join(directory, 'one'));
    await expect(open(join(directory, 'two'))).rejects.toMatchObject({
      code: 'warehouse.locked',
      detail: expect.stringContaining('only one active data directory per process'),
    });
    await first.close();
  });
});
