import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClickHouseWarehouse, SinkEvent } from '../../../pipeline/warehouse/index.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import { ChdbBench, chdbMissing, outputsIn, rowsIn } from './chdb-bench.ts';
import { alerts, numbers, SinkBench, StoringWarehouse } from './sink-bench.ts';

const noTable = () => new TocsinError('warehouse.refused', 'no such table');
const noAccess = () => new TocsinError('warehouse.no-access', 'wrong password');
const kindsOf = (events: readonly SinkEvent[]) => events.map(({ kind }) => kind);

describe('a sink whose warehouse refuses', () => {
  let bench: SinkBench;
  let warehouse: StoringWarehouse;
  beforeEach(async () => {
    bench = await SinkBench.with();
    warehouse = new StoringWarehouse();
  });

  test.each([
    ['a statement', noTable],
    ['its user', noAccess],
  ])(
    '%s, tries again with growing pauses, and stores everything once when that is mended',
    async (_, why) => {
      let refusal: TocsinError | null = why();
      const triedAt: number[] = [];
      warehouse.before = async () => {
        triedAt.push(bench.clock.now());
        if (refusal !== null) throw refusal;
      };
      await bench.produce('enriched', alerts(0, 10));
      const { events, failures, sink } = await bench.start(warehouse, { retryMinMs: 100, retryMaxMs: 300 });
      for (const now of [0, 100, 300, 600]) {
        bench.clock.advanceTo(now);
        await bench.settle();
      }
      const troubles = () => sink.stored.map(({ trouble }) => trouble).filter((trouble) => trouble !== null);
      expect(troubles()).toEqual([refusal.detail]);
      expect(await bench.committed('enriched')).toMatchObject({ offset: 0, plan: [0, 10] });
      refusal = null;
      bench.clock.advanceTo(900);
      await bench.settle();
      expect(triedAt).toEqual([0, 100, 300, 600, 900]);
      expect(kindsOf(events)).toEqual(['refused', 'refused', 'refused', 'refused', 'stored']);
      expect([warehouse.origins, troubles(), failures]).toEqual([numbers(0, 10), [], []]);
    },
  );

  test('one batch for good, keeps that partition alone, and passes over nothing', async () => {
    warehouse.before = async ({ rows }) => {
      if ([...rows].some(({ origin_offset }) => origin_offset === 15)) throw noTable();
    };
    bench = await SinkBench.with(2);
    for (const partition of [0, 1])
      await bench.produce('enriched', alerts(30 * partition, 30 * partition + 30), partition);
    const { failures, sink } = await bench.start(warehouse, { retryMinMs: 100, retryMaxMs: 100 });
    for (let now = 0; now <= 5_000; now += 100) {
      bench.clock.advanceTo(now);
      await bench.settle();
    }
    expect([...warehouse.origins].sort((a, b) => a - b)).toEqual([...numbers(0, 10), ...numbers(30, 60)]);
    expect(await bench.committed('enriched')).toMatchObject({ offset: 10, plan: [10, 20] });
    expect([sink.held, failures]).toEqual([20, []]);
  });

  test('leaves at once when it is stopped, and its successor repeats the same range', async () => {
    warehouse.before = async () => {
      throw noTable();
    };
    await bench.produce('enriched', alerts(0, 10));
    const first = await bench.start(warehouse);
    await bench.settle();
    await first.sink.stop();
    expect(kindsOf(first.events).at(-1)).toBe('left');
    warehouse.before = async () => undefined;
    const second = await bench.start(warehouse, { batchRows: 7 });
    await bench.settle();
    await second.sink.stop();
    expect(warehouse.tokens).toEqual(['alerts/alerts.enriched.v1/0/0-10']);
    expect([...first.failures, ...second.failures]).toEqual([]);
  });

  test('where nobody would mend it, stops with that error, once, and commits nothing further', async () => {
    const refused = noTable();
    warehouse.before = async () => {
      throw refused;
    };
    await bench.produce('enriched', alerts(0, 10));
    await bench.produce('suppressed', alerts(0, 10));
    const failures: Error[] = [];
    const fail = (error: Error) => failures.push(error);
    await bench.sinkOn(warehouse, fail, { endsWhenRefused: true }).start();
    await bench.settle();
    expect(failures).toEqual([refused]);
    expect(await bench.committed('enriched')).toMatchObject({ offset: 0 });
  });

  test('a row that cannot be made into an insert is a failure: it is ours, and nobody can mend it', async () => {
    const broken = new TocsinError('invariant.broken', 'insert token');
    warehouse.before = async () => {
      throw broken;
    };
    await bench.produce('enriched', alerts(0, 10));
    const { failures } = await bench.start(warehouse);
    await bench.settle();
    expect(failures).toEqual([broken]);
  });
});

describe.skipIf(chdbMissing !== null)(`a sink whose table is gone ${chdbMissing ?? ''}`, () => {
  let engine: ChdbBench;
  let warehouse: ClickHouseWarehouse;
  beforeAll(async () => {
    engine = await ChdbBench.open();
    warehouse = engine.warehouse();
    await warehouse.migrate();
  });
  afterAll(() => engine.close());

  /** Tries until it is refused, has that mended, and stores everything. */
  async function lagUntil(mend: () => Promise<unknown>): Promise<readonly unknown[]> {
    const bench = await SinkBench.with();
    await bench.produce('enriched', alerts(0, 30));
    const { sink, events, failures } = await bench.start(warehouse, { retryMinMs: 100 });
    while (!kindsOf(events).includes('refused') && failures.length === 0) await setImmediate();
    await mend();
    bench.clock.advanceTo(100);
    await bench.broker.idle();
    await sink.flush();
    await sink.stop();
    return failures;
  }

  test.each([
    ['the table that is written', 'alerts'],
    ['the roll-up that is computed from it', 'alerts_hourly'],
  ])('lags until it is there again, and has each row once: %s', async (_, table) => {
    await warehouse.command('TRUNCATE TABLE {db}.alerts');
    await warehouse.command('TRUNCATE TABLE {db}.alerts_hourly');
    await warehouse.command(`RENAME TABLE {db}.${table} TO {db}.elsewhere`);
    const failures = await lagUntil(() => warehouse.command(`RENAME TABLE {db}.elsewhere TO {db}.${table}`));
    expect([await rowsIn(warehouse, 'alerts'), await outputsIn(warehouse), failures]).toEqual([30, 30, []]);
  });

  test('a table that was dropped is made again by the migrations, once they are forgotten', async () => {
    await warehouse.command('DROP TABLE {db}.alerts');
    const failures = await lagUntil(async () => {
      expect(await warehouse.migrate()).toEqual([]);
      await warehouse.command('DROP TABLE {db}.schema_migrations');
      await warehouse.migrate();
    });
    expect([await rowsIn(warehouse, 'alerts'), failures]).toEqual([30, []]);
  });
});
