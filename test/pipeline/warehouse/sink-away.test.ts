import { beforeEach, describe, expect, test } from 'vitest';
import { TocsinError } from '../../../schemas/errors.ts';
import { alerts, numbers, SinkBench, StoringWarehouse } from './sink-bench.ts';
import { decisionOf } from './values.ts';

const away = () => new TocsinError('warehouse.unavailable', 'away');

describe('WarehouseSink with a warehouse that is away', () => {
  let bench: SinkBench;
  let warehouse: StoringWarehouse;
  beforeEach(async () => {
    bench = await SinkBench.with();
    warehouse = new StoringWarehouse();
  });

  test('tries again with growing pauses, and stores everything once when it is back', async () => {
    let failures = 3;
    const triedAt: number[] = [];
    warehouse.before = async () => {
      triedAt.push(bench.clock.now());
      if (failures-- > 0) throw away();
    };
    await bench.produce('enriched', alerts(0, 10));
    const { events } = await bench.start(warehouse, { retryMinMs: 100 });
    for (const now of [0, 100, 300, 700]) {
      bench.clock.advanceTo(now);
      await bench.settle();
    }
    expect(triedAt).toEqual([0, 100, 300, 700]);
    expect(warehouse.origins).toEqual(numbers(0, 10));
    expect(events.filter(({ kind }) => kind === 'retrying')).toHaveLength(3);
  });

  test('an insert whose answer was lost is repeated under its token, and stored once', async () => {
    let lost = 1;
    warehouse.after = async () => {
      if (lost-- > 0) throw away();
    };
    await bench.produce('enriched', alerts(0, 10));
    await bench.start(warehouse, { retryMinMs: 100 });
    await bench.settle();
    bench.clock.advanceTo(100);
    await bench.settle();
    expect(warehouse.origins).toEqual(numbers(0, 10));
    expect(await bench.committed('enriched')).toMatchObject({ offset: 10 });
  });

  test('pauses its partition: what it holds in memory stays bounded, and nothing is lost', async () => {
    let isAway = true;
    warehouse.before = async () => {
      if (isAway) throw away();
    };
    const { sink } = await bench.start(warehouse, { retryMinMs: 100, retryMaxMs: 100 });
    for (let from = 0; from < 5_000; from += 50) {
      await bench.produce('enriched', alerts(from, from + 50));
      await bench.settle();
    }
    expect(sink.held).toBeLessThan(200);
    isAway = false;
    bench.clock.advanceTo(100);
    await bench.settle();
    await sink.flush();
    expect(warehouse.origins).toEqual(numbers(0, 5_000));
  });

  test('other partitions go on', async () => {
    warehouse.before = async ({ table }) => {
      if (table === 'alerts') throw away();
    };
    await bench.produce('enriched', alerts(0, 10));
    await bench.produce(
      'decisions',
      numbers(0, 10).map((offset) => decisionOf({ origin: { shard: 0, offset, n: 0 } })),
    );
    await bench.start(warehouse);
    await bench.settle();
    expect(warehouse.inserts.map(({ table, rows }) => [table, rows.length])).toEqual([['decisions', 10]]);
  });

  test('leaves at once when it is stopped, and its successor repeats the same range', async () => {
    warehouse.before = async () => {
      throw away();
    };
    await bench.produce('enriched', alerts(0, 10));
    const first = await bench.start(warehouse);
    await bench.settle();
    await first.sink.stop();
    expect(first.events.at(-1)).toMatchObject({ kind: 'left' });
    warehouse.before = async () => undefined;
    await bench.produce('enriched', alerts(10, 16));
    const second = await bench.start(warehouse, { batchRows: 100 });
    await bench.settle();
    await second.sink.stop();
    expect(warehouse.tokens).toEqual([
      'alerts/alerts.enriched.v1/0/0-10',
      'alerts/alerts.enriched.v1/0/10-16',
    ]);
  });
});
