import { describe, expect, test } from 'vitest';
import { MemoryWarehouse, openWarehouse, WarehouseConfig } from '../../../pipeline/warehouse/index.ts';
import { warehouseContract } from '../../contracts/warehouse.ts';
import { alertRowOf, decisionRowOf } from './values.ts';

warehouseContract('memory', async () => {
  const warehouse = new MemoryWarehouse();
  return { warehouse, rows: async (table) => warehouse.summary()[table].rows, rolledUp: null };
});

describe('MemoryWarehouse', () => {
  test('divides alerts by reason and decisions by outcome', async () => {
    const warehouse = new MemoryWarehouse();
    const alerts = [alertRowOf(), alertRowOf({ emit_reason: 'update' }), alertRowOf({ is_suppressed: true })];
    await warehouse.insert({ table: 'alerts', rows: alerts, token: '1' });
    await warehouse.insert({ table: 'decisions', rows: [decisionRowOf()], token: '1' });
    expect(warehouse.summary()).toMatchObject({
      alerts: { rows: 3, by: { first: 1, suppressed: 1, update: 1 } },
      decisions: { rows: 1, by: { 'passed/first': 1 } },
      incidents: { rows: 0, by: {} },
    });
  });

  test('says that there is no SQL, and why', async () => {
    const asked = new MemoryWarehouse('the package chdb is not installed').query();
    await expect(asked).rejects.toMatchObject({
      code: 'warehouse.no-engine',
      detail: 'the package chdb is not installed',
    });
  });
});

describe('openWarehouse without chdb', () => {
  const notInstalled = async () => {
    throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  };
  const wrongPlatform = async () => {
    throw new Error('chdb: no native binding for linux-arm. Platform linux-arm is not supported.');
  };

  test.each([
    ['not installed', notInstalled, 'the package chdb is not installed'],
    ['not for this platform', wrongPlatform, 'no native binding for linux-arm'],
  ])('counts in memory when it is %s, and says so in one line', async (_, load, why) => {
    const said: string[] = [];
    const warehouse = await openWarehouse(WarehouseConfig.parse({}), (line) => said.push(line), load);
    expect(warehouse).toBeInstanceOf(MemoryWarehouse);
    expect(said).toEqual([expect.stringContaining(why)]);
    expect(said[0]).not.toContain('\n');
  });

  test('refuses when chdb was asked for by name', async () => {
    const config = WarehouseConfig.parse({ engine: 'chdb' });
    const opened = openWarehouse(config, () => undefined, notInstalled);
    await expect(opened).rejects.toMatchObject({ code: 'warehouse.no-engine', exitCode: 69 });
  });

  test('asks for no engine when memory was chosen, and says nothing', async () => {
    const said: string[] = [];
    const config = WarehouseConfig.parse({ engine: 'memory' });
    const warehouse = await openWarehouse(config, (line) => said.push(line), notInstalled);
    expect([warehouse instanceof MemoryWarehouse, said]).toEqual([true, []]);
  });
});

test.each([
  ['a database that is no identifier', { database: 'a b' }],
  ['an unknown key', { pth: 'x' }],
  ['a batch larger than one insert may be', { sink: { batchRows: 1_000_000 } }],
])('the config refuses %s', (_, config) => {
  expect(WarehouseConfig.safeParse(config).success).toBe(false);
});
