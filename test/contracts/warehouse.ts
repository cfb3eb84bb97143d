import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Warehouse } from '../../pipeline/warehouse/index.ts';
import type { TableName } from '../../schemas/clickhouse/index.ts';
import { alertRowOf, decisionRowOf } from '../pipeline/warehouse/values.ts';

export interface WarehouseUnderTest {
  /** Not migrated yet. */
  readonly warehouse: Warehouse;
  rows(table: TableName): Promise<number>;
  /** Outputs in the roll-up by hour; null where nothing is rolled up. */
  rolledUp: (() => Promise<number>) | null;
}

/** What every warehouse must do. `make` gives an empty one for each case. */
export function warehouseContract(name: string, make: () => Promise<WarehouseUnderTest>): void {
  describe(`${name} keeps the warehouse contract`, () => {
    let made: WarehouseUnderTest;
    let warehouse: Warehouse;

    beforeEach(async () => {
      made = await make();
      warehouse = made.warehouse;
      await warehouse.migrate();
    });
    afterEach(() => warehouse.close());

    /** Rows of `alerts`, and what the roll-up makes of them: always the same number. */
    const stored = async (): Promise<readonly number[]> => {
      const inTable = await made.rows('alerts');
      return [inTable, made.rolledUp === null ? inTable : await made.rolledUp()];
    };
    const alerts = (count: number, offset = 0) =>
      Array.from({ length: count }, (_, n) => alertRowOf({ origin_offset: offset + n }));

    test('a second migration takes no step', async () => {
      expect(await warehouse.migrate()).toEqual([]);
    });

    test('what was inserted is stored when the call returns', async () => {
      await warehouse.insert({ table: 'alerts', rows: alerts(3), token: 'alerts/t/0/0-3' });
      expect(await stored()).toEqual([3, 3]);
    });

    test('the same token twice stores the rows once, in the table and in the roll-up', async () => {
      for (let time = 0; time < 3; time += 1)
        await warehouse.insert({ table: 'alerts', rows: alerts(3), token: 'alerts/t/0/0-3' });
      expect(await stored()).toEqual([3, 3]);
    });

    test('equal rows under another token are stored again', async () => {
      await warehouse.insert({ table: 'alerts', rows: alerts(3), token: 'alerts/t/0/0-3' });
      await warehouse.insert({ table: 'alerts', rows: alerts(3), token: 'alerts/t/0/3-6' });
      expect(await stored()).toEqual([6, 6]);
    });

    test('a token counts for one table only', async () => {
      await warehouse.insert({ table: 'alerts', rows: alerts(2), token: '0-2' });
      await warehouse.insert({ table: 'decisions', rows: [decisionRowOf()], token: '0-2' });
      expect([await made.rows('alerts'), await made.rows('decisions')]).toEqual([2, 1]);
    });

    test('a token is still known after many others', async () => {
      await warehouse.insert({ table: 'alerts', rows: alerts(1), token: 'first' });
      for (let n = 0; n < 30; n += 1)
        await warehouse.insert({ table: 'alerts', rows: alerts(1, n), token: `later-${n}` });
      await warehouse.insert({ table: 'alerts', rows: alerts(1), token: 'first' });
      expect(await stored()).toEqual([31, 31]);
    });

    test('inserts at the same time do not take each other’s token', async () => {
      const tokens = Array.from({ length: 20 }, (_, n) => `at-once-${n % 10}`);
      await Promise.all(tokens.map((token) => warehouse.insert({ table: 'alerts', rows: alerts(2), token })));
      expect(await stored()).toEqual([20, 20]);
    });

    test('an insert of no rows is nothing, and does not use up its token', async () => {
      await warehouse.insert({ table: 'alerts', rows: [], token: 'none' });
      await warehouse.insert({ table: 'alerts', rows: alerts(1), token: 'none' });
      expect(await stored()).toEqual([1, 1]);
    });

    test('a batch of 20,000 rows over two months is stored once, however often it is sent', async () => {
      const monthMs = 31 * 86_400_000;
      const rows = alerts(20_000).map((row, n) => ({ ...row, at: row.at + (n % 2) * monthMs }));
      await warehouse.insert({ table: 'alerts', rows, token: 'large' });
      await warehouse.insert({ table: 'alerts', rows, token: 'large' });
      expect(await stored()).toEqual([20_000, 20_000]);
    });
  });
}
