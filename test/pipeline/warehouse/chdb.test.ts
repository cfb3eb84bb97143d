import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClickHouseWarehouse } from '../../../pipeline/warehouse/index.ts';
import type { AlertRow } from '../../../schemas/clickhouse/index.ts';
import { warehouseContract } from '../../contracts/warehouse.ts';
import { ChdbBench, chdbMissing, outputsIn, rowsIn } from './chdb-bench.ts';
import { alertRowOf } from './values.ts';

describe.skipIf(chdbMissing !== null)(`chdb ${chdbMissing ?? ''}`, () => {
  let bench: ChdbBench;
  let database: string;
  let warehouse: ClickHouseWarehouse;

  beforeAll(async () => {
    bench = await ChdbBench.open();
  });
  afterAll(() => bench.close());

  warehouseContract('chdb', async () => bench.underTest());

  describe('beyond the contract', () => {
    beforeEach(async () => {
      database = bench.newDatabase();
      warehouse = bench.warehouse(database);
      await warehouse.migrate();
    });
    const copyAll = 'INSERT INTO {db}.alerts SELECT * FROM {db}.alerts';

    /** Leaves a token behind in the session, as any call with per-request settings does in chdb. */
    const leakToken = (token: string) =>
      bench.connected.client.command({
        query: 'SELECT 1',
        clickhouse_settings: { insert_deduplication_token: token },
      });
    const storeMine = () => warehouse.insert({ table: 'alerts', rows: [alertRowOf()], token: 'mine' });

    test('chdb leaks settings: a later statement without its own takes the token and is dropped', async () => {
      await storeMine();
      await leakToken('mine');
      await bench.connected.client.command({ query: copyAll.replaceAll('{db}', database) });
      expect(await rowsIn(warehouse, 'alerts')).toBe(1);
    });

    test('a statement of ours is stored whatever token was left behind', async () => {
      await storeMine();
      await leakToken('mine');
      await warehouse.command(copyAll);
      expect(await rowsIn(warehouse, 'alerts')).toBe(2);
    });

    test('an insert of ours goes by its own token, whatever token was left behind', async () => {
      await storeMine();
      await leakToken('mine');
      await warehouse.insert({ table: 'alerts', rows: [alertRowOf()], token: 'yours' });
      await leakToken('another');
      await storeMine();
      expect(await rowsIn(warehouse, 'alerts')).toBe(2);
    });

    test('a call of ours leaves no token behind', async () => {
      await storeMine();
      await bench.connected.client.command({ query: copyAll.replaceAll('{db}', database) });
      expect(await rowsIn(warehouse, 'alerts')).toBe(2);
    });

    test('how results are printed does not depend on who asked before', async () => {
      const sql =
        "SELECT toDateTime64(1.5, 3, 'UTC') AS t, nan AS nothing, toUInt64(9007199254740991) AS big";
      await bench.connected.client.query({
        query: 'SELECT 1',
        clickhouse_settings: {
          date_time_output_format: 'simple',
          output_format_json_quote_64bit_integers: 1,
        },
      });
      expect(await warehouse.query(sql)).toEqual([
        { t: '1970-01-01T00:00:01.500Z', nothing: 'nan', big: 9_007_199_254_740_991 },
      ]);
    });

    test('a crash between table and roll-up is healed by sending the batch again', async () => {
      const insert = { table: 'alerts', rows: [alertRowOf(), alertRowOf()], token: 'torn' } as const;
      await warehouse.command('DETACH TABLE {db}.alerts_hourly_feed');
      await warehouse.insert(insert);
      await warehouse.command('ATTACH TABLE {db}.alerts_hourly_feed');
      expect([await rowsIn(warehouse, 'alerts'), await outputsIn(warehouse)]).toEqual([2, 0]);
      await warehouse.insert(insert);
      expect([await rowsIn(warehouse, 'alerts'), await outputsIn(warehouse)]).toEqual([2, 2]);
    });

    test('one insert is one block, also above the number of rows that the engine reads at once', async () => {
      const rows = Array.from({ length: 70_000 }, () => alertRowOf());
      await warehouse.insert({ table: 'alerts', rows, token: 'large' });
      const parts = await warehouse.query<{ written: number }>(
        'SELECT rows AS written FROM system.parts WHERE database = {database:String} AND table = {table:String}',
        { database, table: 'alerts' },
      );
      expect(parts).toEqual([{ written: rows.length }]);
    });

    test('parameters are values, never SQL', async () => {
      const text = "'; DROP TABLE x; -- \\ \n é";
      const asked = warehouse.query('SELECT {text:String} AS text, {n:UInt32} AS n', { text, n: 7 });
      expect(await asked).toEqual([{ text, n: 7 }]);
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

    test('a failed call does not disturb the next one', async () => {
      const failing = warehouse.query('SELEKT 1');
      const asked = warehouse.query('SELECT 1 AS one');
      await expect(failing).rejects.toThrow();
      expect(await asked).toEqual([{ one: 1 }]);
    });

    test.each([
      ['a column that the table does not have', { extra: 1 }],
      ['null for a time', { last_seen: null }],
    ])('a row with %s is refused, and nothing is guessed', async (_, odd) => {
      // Not rows as the types see them; that is the point.
      const rows = [{ ...alertRowOf(), ...odd } as AlertRow];
      const inserted = warehouse.insert({ table: 'alerts', rows, token: 'odd' });
      await expect(inserted).rejects.toMatchObject({ code: 'warehouse.refused' });
      expect(await rowsIn(warehouse, 'alerts')).toBe(0);
    });

    test('a token that could break out of its SQL is refused before it is sent', async () => {
      const insert = { table: 'alerts', rows: [alertRowOf()], token: "a\\'; DROP" } as const;
      await expect(warehouse.insert(insert)).rejects.toMatchObject({ code: 'invariant.broken' });
    });

    test('a second process is refused the data directory, and told why', async () => {
      const code = `
        const { connectChdb, loadChdb } = await import(process.argv[1]);
        await connectChdb(await loadChdb(), process.argv[2]).catch((error) => console.log(error.code));`;
      const door = new URL('../../../pipeline/warehouse/index.ts', import.meta.url).href;
      const { stdout } = await promisify(execFile)(process.execPath, [
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        code,
        door,
        bench.directory,
      ]);
      expect(stdout.trim()).toBe('warehouse.locked');
    });
  });
});
