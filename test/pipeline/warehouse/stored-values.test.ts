import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClickHouseWarehouse, rowOf, type StoredValues } from '../../../pipeline/warehouse/index.ts';
import { tableNames, tableOf, type WarehouseTopic } from '../../../schemas/clickhouse/index.ts';
import { anyAggregate, anyDecision, anyEnrichedAlert, anyIncident } from '../../support/arbitraries.ts';
import { ChdbBench, chdbMissing } from './chdb-bench.ts';
import { aggregateOf, alertOf, decisionOf, incidentOf, noon } from './values.ts';

const isTime = /^at$|_at$|_seen$|_since$|_until$|_time$|^window_/;

/** A row as a query prints it: times in ISO 8601, everything else as it was sent. */
function printed(row: object): Record<string, unknown> {
  const cells = Object.entries(row).map(([name, value]) => [
    name,
    isTime.test(name) ? new Date(value).toISOString() : value,
  ]);
  // Through JSON as the insert goes: -0 is 0 there, and strings are well-formed.
  return JSON.parse(JSON.stringify(Object.fromEntries(cells)));
}

describe.skipIf(chdbMissing !== null)(`what chdb stores ${chdbMissing ?? ''}`, () => {
  let bench: ChdbBench;
  let warehouse: ClickHouseWarehouse;
  let runs = 0;

  beforeAll(async () => {
    bench = await ChdbBench.open();
    warehouse = bench.warehouse();
    await warehouse.migrate();
  });
  afterAll(() => bench.close());

  /** Stores values and reads them back: what was sent, and what came, both in the order given. */
  async function there<T extends WarehouseTopic>(topic: T, values: readonly StoredValues[T][]) {
    runs += 1;
    const run = `run-${runs}`;
    const rows = values.map((value, n) => rowOf(topic, value, { topic: run, at: noon + n }));
    const table = tableOf[topic];
    await warehouse.insert({ table, rows, token: run });
    const columns = Object.keys(rows[0] ?? {}).join(', ');
    const back = await warehouse.query(
      `SELECT ${columns} FROM {db}.${table} WHERE topic = {run:String} ORDER BY at`,
      { run },
    );
    return { sent: rows.map(printed), back };
  }

  test.each(tableNames)('%s has a column for every field of a row, and stored_at besides', async (table) => {
    const columns = await warehouse.query<{ name: string }>(
      'SELECT name FROM system.columns WHERE database = {database:String} AND table = {table:String}',
      { database: bench.lastDatabase, table },
    );
    const values = {
      enriched: alertOf(),
      incidents: incidentOf(),
      aggregates: aggregateOf(),
      decisions: decisionOf(),
    };
    const row = {
      alerts: rowOf('enriched', values.enriched, { topic: '', at: 0 }),
      incidents: rowOf('incidents', values.incidents, { topic: '', at: 0 }),
      aggregates_1m: rowOf('aggregates', values.aggregates, { topic: '', at: 0 }),
      decisions: rowOf('decisions', values.decisions, { topic: '', at: 0 }),
    }[table];
    expect(columns.map(({ name }) => name).sort()).toEqual([...Object.keys(row), 'stored_at'].sort());
  });

  const few = { numRuns: 12 };
  const some = { minLength: 1, maxLength: 20 };

  test('any alert comes back as it was sent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyEnrichedAlert, some), fc.boolean(), async (alerts, isTold) => {
        const { sent, back } = await there(isTold ? 'enriched' : 'suppressed', alerts);
        expect(back).toEqual(sent);
      }),
      few,
    );
  });

  test('any decision comes back as it was sent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyDecision, some), async (decisions) => {
        const { sent, back } = await there('decisions', decisions);
        expect(back).toEqual(sent);
      }),
      few,
    );
  });

  test('any incident comes back as it was sent', async () => {
    await fc.assert(
      fc.asyncProperty(anyIncident, async (incident) => {
        const { sent, back } = await there('incidents', [incident]);
        expect(back).toEqual(sent);
      }),
      { numRuns: 40 },
    );
  });

  test('any aggregate comes back as it was sent', async () => {
    await fc.assert(
      fc.asyncProperty(anyAggregate, async (aggregate) => {
        const { sent, back } = await there('aggregates', [aggregate]);
        expect(back).toEqual(sent);
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    [
      'the smallest and largest numbers',
      { last: 5e-324, min: -1.7976931348623157e308, max: 1.7976931348623157e308, mean: 0.1 },
    ],
    ['what is not a number, and infinities', { last: Number.NaN, min: -Infinity, max: Infinity, mean: -0 }],
  ])('%s survive', async (_, valueStats) => {
    const { sent, back } = await there('enriched', [alertOf({ valueStats })]);
    expect(back).toEqual(sent);
  });

  test.each([0, 1, 999, 1_000, 9_908_870_399, 9_908_870_400, noon + 123, 10_413_791_999_999])(
    'the time %d ms is the time that comes back, and not so many seconds',
    async (lastSeen) => {
      const { back } = await there('enriched', [alertOf({ lastSeen })]);
      expect(back).toMatchObject([{ last_seen: new Date(lastSeen).toISOString() }]);
    },
  );

  test('rows of a replay of old data do not expire the moment they are written', async () => {
    const lastSeen = Date.parse('2009-05-01');
    await warehouse.insert({
      table: 'alerts',
      rows: [rowOf('enriched', alertOf({ lastSeen, tenant: 'old' }), { topic: 'old', at: lastSeen })],
      token: 'old',
    });
    await warehouse.command('OPTIMIZE TABLE {db}.alerts FINAL');
    await warehouse.command('OPTIMIZE TABLE {db}.alerts_hourly FINAL');
    const kept = await warehouse.query(`SELECT
      (SELECT count() FROM {db}.alerts WHERE topic = 'old') AS rows,
      (SELECT sum(outputs) FROM {db}.alerts_hourly WHERE tenant = 'old') AS rolled_up`);
    expect(kept).toEqual([{ rows: 1, rolled_up: 1 }]);
  });
});
