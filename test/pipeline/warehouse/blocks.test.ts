import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClickHouseWarehouse, rowOf, type StoredValues } from '../../../pipeline/warehouse/index.ts';
import { RowBlock } from '../../../pipeline/warehouse/row-block.ts';
import type { RowBytes } from '../../../pipeline/warehouse/warehouse.ts';
import { type Codec, codecs } from '../../../schemas/avro/index.ts';
import { tableOf, type WarehouseTopic } from '../../../schemas/clickhouse/index.ts';
import { anyAggregate, anyDecision, anyEnrichedAlert, anyIncident } from '../../support/arbitraries.ts';
import { typesOf } from '../../support/native-block.ts';
import { ChdbBench, chdbMissing } from './chdb-bench.ts';
import { aggregateOf, alertOf, decisionOf, incidentOf, noon } from './values.ts';

const anyValue = {
  enriched: anyEnrichedAlert,
  suppressed: anyEnrichedAlert,
  incidents: anyIncident,
  aggregates: anyAggregate,
  decisions: anyDecision,
};
const value: StoredValues = {
  ...{ enriched: alertOf(), suppressed: alertOf(), incidents: incidentOf() },
  ...{ aggregates: aggregateOf(), decisions: decisionOf() },
};
const storedTopics = ['enriched', 'suppressed', 'incidents', 'aggregates', 'decisions'] as const;

/** A block of these values; each is a row, `rowsPerBlock` of them at a time. */
function blocksOf<T extends WarehouseTopic>(
  topic: T,
  values: readonly StoredValues[T][],
  { from, rowsPerBlock = values.length }: { readonly from: string; readonly rowsPerBlock?: number },
): RowBytes {
  const block = new RowBlock(topic, from);
  // The codec is that of the topic.
  const codec = codecs[topic] as unknown as Codec<StoredValues[T]>;
  const portions: Buffer[] = [];
  for (const [n, one] of values.entries()) {
    block.add({ value: codec.encode(one), at: 0, timestamp: noon + n });
    block.keep();
    if ((n + 1) % rowsPerBlock === 0) portions.push(block.take());
  }
  if (!block.isEmpty) portions.push(block.take());
  return { format: block.format, columns: block.columns, portions: () => portions };
}

describe.skipIf(chdbMissing !== null)(`blocks in the engine ${chdbMissing ?? ''}`, () => {
  let bench: ChdbBench;
  let warehouse: ClickHouseWarehouse;
  /** Another database, for the same rows as objects: in one they might replace each other. */
  let ofRows: ClickHouseWarehouse;
  let database: string;
  let runs = 0;

  beforeAll(async () => {
    bench = await ChdbBench.open();
    warehouse = bench.warehouse();
    database = bench.lastDatabase;
    ofRows = bench.warehouse();
    await warehouse.migrate();
    await ofRows.migrate();
  });
  afterAll(() => bench.close());

  const cellsFrom = (place: ClickHouseWarehouse, table: string, from: string) =>
    place.query(
      `SELECT * EXCEPT (topic, stored_at) FROM {db}.${table} WHERE topic = {from:String} ORDER BY at`,
      { from },
    );

  test.each(storedTopics)('the columns of %s have the types of its table', async (topic) => {
    const columns = await warehouse.query<{ name: string; type: string }>(
      'SELECT name, type FROM system.columns WHERE database = {database:String} AND table = {table:String}',
      { database, table: tableOf[topic] },
    );
    const [block = Buffer.alloc(0)] = [...blocksOf(topic, [value[topic]], { from: 'any' }).portions()];
    const types = typesOf(block);
    const others = columns.filter(({ name }) => name !== 'stored_at');
    // Texts are looked up by the engine.
    const plain = (type = '') => type.replaceAll(/LowCardinality\((\w+)\)/g, '$1');
    expect(Object.fromEntries([...types].map(([name, type]) => [name, plain(type)]))).toEqual(
      Object.fromEntries(others.map(({ name, type }) => [name, plain(type)])),
    );
  });

  test.each(storedTopics)('any record of %s is stored as its row is', async (topic) => {
    // Values of a topic are those of its arbitrary; the pair is not followed through the lookup.
    const some = fc.array(anyValue[topic] as fc.Arbitrary<StoredValues[typeof topic]>, {
      ...{ minLength: 1, maxLength: 20 },
    });
    await fc.assert(
      fc.asyncProperty(some, fc.integer({ min: 1, max: 20 }), async (values, rowsPerBlock) => {
        runs += 1;
        const run = `run ${runs}`;
        const rows = values.map((one, n) => rowOf(topic, one, { topic: run, at: noon + n }));
        const bytes = blocksOf(topic, values, { from: run, rowsPerBlock });
        const insert = { table: tableOf[topic], rows, token: `run-${runs}` };
        await ofRows.insert(insert);
        await warehouse.insert({ ...insert, bytes });
        const stored = await cellsFrom(warehouse, insert.table, run);
        expect(stored).toEqual(await cellsFrom(ofRows, insert.table, run));
        expect(stored.length).toBeGreaterThan(0);
      }),
      { numRuns: 10, endOnFailure: true },
    );
  });

  test('of one insert are one part under one token, however many they are', async () => {
    const values = Array.from({ length: 50 }, () => decisionOf());
    const bytes = blocksOf('decisions', values, { from: 'many', rowsPerBlock: 3 });
    const insert = { table: 'decisions', rows: [], bytes, token: 'many' } as const;
    await warehouse.insert(insert);
    await warehouse.insert(insert);
    const parts = await warehouse.query(
      `SELECT count() AS rows, uniqExact(_part) AS parts FROM {db}.decisions WHERE topic = 'many'`,
    );
    expect(parts).toEqual([{ rows: 50, parts: 1 }]);
  });

  test('that end early store nothing', async () => {
    const { columns, format, portions } = blocksOf(
      'decisions',
      Array.from({ length: 9 }, () => decisionOf()),
      { from: 'cut', rowsPerBlock: 3 },
    );
    const cut = [...portions()].map((block, n) => (n === 2 ? block.subarray(0, block.length - 1) : block));
    const bytes = { columns, format, portions: () => cut };
    const inserted = warehouse.insert({ table: 'decisions', rows: [], bytes, token: 'cut' });
    await expect(inserted).rejects.toThrow(/decisions/);
    expect(await cellsFrom(warehouse, 'decisions', 'cut')).toEqual([]);
  });
});
