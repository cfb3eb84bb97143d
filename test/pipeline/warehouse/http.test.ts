import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ClickHouseWarehouse,
  connectHttp,
  type HttpOptions,
  type Warehouse,
} from '../../../pipeline/warehouse/index.ts';
import type { AlertRow } from '../../../schemas/clickhouse/index.ts';
import { type WarehouseUnderTest, warehouseContract } from '../../contracts/warehouse.ts';
import { ClickHouseFront } from '../../support/clickhouse-front.ts';
import { clickHouseForTests, describeService, type ServiceForTests } from '../../support/services.ts';
import { ChdbBench, chdbMissing, outputsIn, rowsIn } from './chdb-bench.ts';
import { alertRowOf } from './values.ts';

const hidden = (text: string) => ({ reveal: () => text });
const unavailable = { code: 'warehouse.unavailable', isRetriable: true };
const insert = { table: 'alerts', rows: [alertRowOf(), alertRowOf()], token: 'mine' } as const;

function underTest(warehouse: ClickHouseWarehouse): WarehouseUnderTest {
  return { warehouse, rows: (table) => rowsIn(warehouse, table), rolledUp: () => outputsIn(warehouse) };
}

const engine: ServiceForTests = chdbMissing === null ? { address: 'chdb' } : { missing: chdbMissing };

describeService('ClickHouse over HTTP (a front over chdb)', engine, () => {
  let bench: ChdbBench;
  let front: ClickHouseFront;
  let warehouse: ClickHouseWarehouse;
  const opened: Warehouse[] = [];

  beforeAll(async () => {
    bench = await ChdbBench.open();
    front = await ClickHouseFront.open(bench.connected, 'worker:pass word');
  });
  afterAll(async () => {
    await front.close();
    await bench.close();
  });
  afterEach(async () => {
    front.lose();
    for (const each of opened.splice(0)) await each.close();
  });

  const connect = (options: Partial<HttpOptions> = {}): ClickHouseWarehouse => {
    const login = { user: 'worker', password: hidden('pass word') };
    const made = new ClickHouseWarehouse(
      connectHttp({ url: front.url, ...login, ...options }),
      bench.newDatabase(),
    );
    opened.push(made);
    return made;
  };

  warehouseContract('ClickHouse over HTTP', async () => underTest(connect()));

  describe('beyond the contract', () => {
    beforeEach(async () => {
      warehouse = connect();
      await warehouse.migrate();
    });

    test.for([
      ['request', 0],
      ['answer', 2],
    ] as const)(
      'an insert whose %s is lost fails as away; sent again, its rows are there once',
      async ([lost, stored]) => {
        front.lose(lost);
        await expect(warehouse.insert(insert)).rejects.toMatchObject(unavailable);
        expect(await rowsIn(warehouse, 'alerts')).toBe(stored);
        await warehouse.insert(insert);
        expect([await rowsIn(warehouse, 'alerts'), await outputsIn(warehouse)]).toEqual([2, 2]);
      },
    );

    test('every request has all settings, and only the insert has a token', async () => {
      front.requests.length = 0;
      await warehouse.insert(insert);
      await warehouse.query('SELECT 1');
      await warehouse.command('SELECT 1');
      const sent = front.requests.map(({ searchParams }) => [
        searchParams.get('insert_deduplication_token'),
        searchParams.get('async_insert'),
        searchParams.get('insert_deduplicate'),
        searchParams.get('deduplicate_blocks_in_dependent_materialized_views'),
      ]);
      expect(sent).toEqual([
        ['mine', '0', '1', '1'],
        ['', '0', '1', '1'],
        ['', '0', '1', '1'],
      ]);
    });

    test('one insert is one block, also above the number of rows that the engine reads at once', async () => {
      const rows = Array.from({ length: 70_000 }, () => alertRowOf());
      await warehouse.insert({ table: 'alerts', rows, token: 'large' });
      const parts = await warehouse.query<{ written: number }>(
        'SELECT rows AS written FROM system.parts WHERE database = {database:String} AND table = {table:String}',
        { database: bench.lastDatabase, table: 'alerts' },
      );
      expect(parts).toEqual([{ written: rows.length }]);
    });

    test('parameters are values, never SQL', async () => {
      const text = "'; DROP TABLE x; -- \\ \n\t é";
      const list = ["it's", 'b\\', ''];
      const asked = warehouse.query(
        'SELECT {text:String} AS text, {n:UInt32} AS n, {list:Array(String)} AS list',
        {
          text,
          n: 7,
          list,
        },
      );
      expect(await asked).toEqual([{ text, n: 7, list }]);
    });

    test('times, numbers and what is no number come as with chdb', async () => {
      const sql =
        "SELECT toDateTime64(1.5, 3, 'UTC') AS t, nan AS nothing, toUInt64(9007199254740991) AS big";
      expect(await warehouse.query(sql)).toEqual([
        { t: '1970-01-01T00:00:01.500Z', nothing: 'nan', big: 9_007_199_254_740_991 },
      ]);
    });

    test.each([
      ['a statement that is no SQL', 'SELEKT 1'],
      ['a table that does not exist', 'SELECT * FROM {db}.nothing'],
      ['a column that does not exist', 'SELECT nothing FROM {db}.alerts'],
    ])('%s is refused for good', async (_, sql) => {
      await expect(warehouse.query(sql)).rejects.toMatchObject({
        code: 'warehouse.refused',
        isRetriable: false,
      });
    });

    test('a row with a column that the table does not have is refused', async () => {
      // Not a row as the types see it; that is the point.
      const rows = [{ ...alertRowOf(), extra: 1 } as AlertRow];
      const inserted = warehouse.insert({ table: 'alerts', rows, token: 'odd' });
      await expect(inserted).rejects.toMatchObject({ code: 'warehouse.refused' });
      expect(await rowsIn(warehouse, 'alerts')).toBe(0);
    });
  });

  test('a wrong password is refused, with the exit code of a configuration, and not shown', async () => {
    const failure = await connect({ password: hidden('hunter2') })
      .migrate()
      .catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'warehouse.no-access', isRetriable: false, exitCode: 78 });
    expect(String(failure)).not.toContain('hunter2');
  });
});

describe('a server that is not there', () => {
  let server: Server | null = null;
  afterEach(() => {
    server?.close();
    server?.closeAllConnections();
    server = null;
  });
  const serve = async (status: number | null): Promise<string> => {
    const opened = createServer((_, response) => {
      if (status !== null) response.writeHead(status).end('<html>');
    });
    server = opened;
    await new Promise<void>((resolve) => opened.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(opened.address() as AddressInfo).port}`;
  };

  test.for([
    ['nobody listens', async () => 'http://127.0.0.1:1'],
    ['a proxy finds nobody', () => serve(502)],
    ['it hangs', () => serve(null)],
  ] as readonly (readonly [string, () => Promise<string>])[])('%s', async ([, address]) => {
    const warehouse = new ClickHouseWarehouse(
      connectHttp({ url: await address(), timeoutMs: 200 }),
      'tocsin',
    );
    await expect(warehouse.insert(insert)).rejects.toMatchObject(unavailable);
    await expect(warehouse.migrate()).rejects.toMatchObject(unavailable);
    await warehouse.close();
  });
});

describeService('a ClickHouse server', await clickHouseForTests(), (address) => {
  const databases: string[] = [];
  const connect = (database: string): ClickHouseWarehouse => {
    const url = new URL(address);
    const [user, password] = [url.username, url.password].map(decodeURIComponent);
    const login = { user: user || 'default', password: hidden(password ?? '') };
    return new ClickHouseWarehouse(connectHttp({ url: url.origin, ...login }), database);
  };
  afterAll(async () => {
    for (const database of databases) {
      const warehouse = connect(database);
      await warehouse.command('DROP DATABASE IF EXISTS {db}');
      await warehouse.close();
    }
  });

  warehouseContract('ClickHouse server', async () => {
    const database = `tocsin_test_${randomUUID().replaceAll('-', '')}`;
    databases.push(database);
    return underTest(connect(database));
  });
});
