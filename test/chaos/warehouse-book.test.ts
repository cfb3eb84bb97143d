import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LogRecord } from '../../pipeline/broker/index.ts';
import { readTopics, type Seen } from '../../pipeline/replay/index.ts';
import { type ClickHouseWarehouse, rowOf } from '../../pipeline/warehouse/index.ts';
import { tableOf } from '../../schemas/clickhouse/index.ts';
import { topics } from '../../schemas/topics.ts';
import { ChdbBench, chdbMissing } from '../pipeline/warehouse/chdb-bench.ts';
import { aggregateOf, alertOf, decisionOf, incidentOf, noon } from '../pipeline/warehouse/values.ts';
import { WarehouseBook } from './verify/warehouse-book.ts';

const origin = (n: number) => ({ shard: n % 2, offset: 100 + n, n });

/** Something in every table, several revisions where only the newest is kept. */
const stated: readonly Seen[] = Array.from({ length: 6 }, (_, n) => [
  { topic: 'enriched' as const, value: alertOf({ origin: origin(n), labels: { b: '2', a: '1' } }) },
  { topic: 'suppressed' as const, value: alertOf({ origin: origin(10 + n) }) },
  { topic: 'incidents' as const, value: incidentOf({ origin: origin(20 + n), revision: n + 1 }) },
  { topic: 'aggregates' as const, value: aggregateOf({ origin: origin(30 + n), revision: n + 1 }) },
  { topic: 'decisions' as const, value: decisionOf({ origin: origin(40 + n), count: n }) },
]).flat();

const record: LogRecord = { offset: 0, timestamp: noon, key: null, value: null, headers: {} };

describe.skipIf(chdbMissing !== null)(`a warehouse held against the topics ${chdbMissing ?? ''}`, () => {
  let bench: ChdbBench;
  beforeAll(async () => {
    bench = await ChdbBench.open();
  });
  afterAll(() => bench.close());

  async function stored(all: readonly Seen[]): Promise<ClickHouseWarehouse> {
    const warehouse = bench.warehouse();
    await warehouse.migrate();
    await store(warehouse, all, 'first');
    return warehouse;
  }

  /** One insert per topic. */
  async function store(warehouse: ClickHouseWarehouse, all: readonly Seen[], token: string): Promise<void> {
    for (const topic of readTopics) {
      const rows = all
        .filter((one) => one.topic === topic)
        .map(({ value }) => rowOf(topic, value as never, { topic: topics[topic].name, at: noon }));
      await warehouse.insert({ table: tableOf[topic], rows, token: `${topic}/${token}` });
    }
  }

  async function wrongIn(warehouse: ClickHouseWarehouse): Promise<Record<string, readonly string[]>> {
    const book = new WarehouseBook();
    for (const one of stated) book.add(one, record);
    const checks = await book.compare(warehouse);
    return Object.fromEntries(checks.filter(({ wrong }) => wrong.length > 0).map((c) => [c.table, c.wrong]));
  }

  test('is right when each record is a row', async () => {
    expect(await wrongIn(await stored(stated))).toEqual({});
  });

  test('is wrong, with its roll-up right, when a row is there twice', async () => {
    const warehouse = await stored(stated);
    await store(warehouse, stated.slice(0, 1), 'again');
    expect(Object.keys(await wrongIn(warehouse))).toEqual(['alerts']);
  });

  test.each([
    ['alerts', 0],
    ['decisions', 4],
  ])('is wrong when a row of %s is missing', async (table, index) => {
    expect(Object.keys(await wrongIn(await stored(stated.toSpliced(index, 1))))).toEqual([table]);
  });

  test.each(['incidents', 'aggregates_1m'])(
    'is wrong when the newest row of %s is missing',
    async (table) => {
      const last = stated.findLastIndex(({ topic }) => tableOf[topic] === table);
      expect(Object.keys(await wrongIn(await stored(stated.toSpliced(last, 1))))).toEqual([table]);
    },
  );

  test.each(['alerts_hourly', 'decisions_hourly'])(
    'is wrong when %s counted something once more',
    async (rollUp) => {
      const warehouse = await stored(stated);
      await warehouse.command(`INSERT INTO {db}.${rollUp} SELECT * FROM {db}.${rollUp} LIMIT 1`);
      expect(Object.keys(await wrongIn(warehouse))).toEqual([rollUp]);
    },
  );

  test('is wrong when a row says something else', async () => {
    const [first, ...rest] = stated;
    if (first?.topic !== 'enriched') throw new Error('the first is an alert');
    const other: Seen = { topic: 'enriched', value: { ...first.value, name: 'Another' } };
    expect(Object.keys(await wrongIn(await stored([other, ...rest])))).toEqual(['alerts']);
  });
});
