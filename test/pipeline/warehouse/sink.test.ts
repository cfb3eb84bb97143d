import { beforeEach, describe, expect, test } from 'vitest';
import { TocsinError } from '../../../schemas/errors.ts';
import { topics } from '../../../schemas/topics.ts';
import { alerts, numbers, SinkBench, StoringWarehouse } from './sink-bench.ts';
import { aggregateOf, alertOf, decisionOf, incidentOf } from './values.ts';

const outage = () => new TocsinError('broker.unavailable', 'away');

describe('WarehouseSink', () => {
  let bench: SinkBench;
  let warehouse: StoringWarehouse;
  beforeEach(async () => {
    bench = await SinkBench.with();
    warehouse = new StoringWarehouse();
  });

  test('stores full batches at once, and the rest when it has waited flushMs', async () => {
    await bench.produce('enriched', alerts(0, 25));
    await bench.start(warehouse, { flushMs: 500 });
    await bench.settle();
    expect(warehouse.inserts.map(({ rows }) => rows.length)).toEqual([10, 10]);
    bench.clock.advanceTo(499);
    await bench.settle();
    expect(warehouse.inserts).toHaveLength(2);
    bench.clock.advanceTo(500);
    await bench.settle();
    expect(warehouse.origins).toEqual(numbers(0, 25));
  });

  test('each topic goes to its table, with the topic and the time of the record', async () => {
    bench.clock.advanceTo(1_000);
    await bench.produce('enriched', [alertOf()]);
    await bench.produce('suppressed', [alertOf()]);
    await bench.produce('incidents', [incidentOf()]);
    await bench.produce('aggregates', [aggregateOf()]);
    await bench.produce('decisions', [decisionOf()]);
    const { sink } = await bench.start(warehouse);
    await bench.settle();
    await sink.flush();
    const stored = warehouse.inserts.map(({ table, rows: [row] }) => [table, row?.topic, row?.at]);
    expect(stored.sort()).toEqual([
      ['aggregates_1m', 'alerts.aggregates.v1', 1_000],
      ['alerts', 'alerts.enriched.v1', 1_000],
      ['alerts', 'alerts.suppressed.v1', 1_000],
      ['decisions', 'decisions.v1', 1_000],
      ['incidents', 'incidents.v1', 1_000],
    ]);
  });

  test('commits the plan before the insert, and the end with its mark after it', async () => {
    const seen: unknown[] = [];
    warehouse.before = async () => void seen.push(await bench.committed('enriched'));
    await bench.produce('enriched', alerts(100, 110));
    await bench.start(warehouse);
    await bench.settle();
    const log = expect.stringMatching(/^embedded-/);
    expect(seen).toEqual([{ offset: 0, v: 1, plan: [0, 10], log, marks: [] }]);
    expect(await bench.committed('enriched')).toEqual({ offset: 10, v: 1, plan: null, marks: [[0, 109, 0]] });
    expect(warehouse.tokens).toEqual(['alerts/alerts.enriched.v1/0/0-10']);
  });

  test('stores what another log of the same names has at the same offsets', async () => {
    const anew = await SinkBench.with();
    for (const [n, each] of [bench, anew].entries()) {
      await each.produce('enriched', alerts(100 * n, 100 * n + 10));
      await each.start(warehouse);
      await each.settle();
    }
    expect(warehouse.origins).toEqual([...numbers(0, 10), ...numbers(100, 110)]);
  });

  test('goes on with a plan of an older version under the name that it had there', async () => {
    await bench.commitByHand('enriched', 0, '{"v":1,"plan":[0,7],"marks":[]}');
    await bench.produce('enriched', alerts(0, 20));
    await bench.start(warehouse);
    await bench.settle();
    expect(warehouse.inserts.map(({ token }) => token)).toEqual([
      'alerts/alerts.enriched.v1/0/0-7',
      expect.stringMatching(/^alerts\/alerts\.enriched\.v1\/embedded-[-0-9a-f]+\/0\/7-17$/),
    ]);
  });

  test('a partition that ends with the end of a transaction is stored to its end', async () => {
    const { name } = topics.enriched;
    const transaction = await bench.broker.producer({ transactionalId: 'relate-0' }).begin();
    const values = alerts(0, 3).map((alert) => Buffer.from(JSON.stringify(alert)));
    await transaction.send(values.map((value) => ({ topic: name, partition: 0, key: null, value })));
    await transaction.commit();
    const { sink } = await bench.start(warehouse);
    await bench.settle();
    const handled = () => sink.stored.find(({ topic }) => topic === name)?.handled;
    expect([handled(), sink.held]).toEqual([0, 3]);
    await sink.flush();
    const { high } = await bench.broker.admin.watermarks({ topic: name, partition: 0 });
    expect([handled(), high]).toEqual([4, 4]);
  });

  test('an output that RELATE repeated after a crash is stored once', async () => {
    await bench.produce('enriched', [...alerts(0, 8), ...alerts(3, 15)]);
    const { sink, events } = await bench.start(warehouse);
    await bench.settle();
    await sink.flush();
    expect(warehouse.origins).toEqual(numbers(0, 15));
    const stored = events.filter((event) => event.kind === 'stored');
    expect(stored.reduce((sum, { repeated }) => sum + repeated, 0)).toBe(5);
  });

  test('a broker that is away while partitions are handed over is asked again, and nothing ends', async () => {
    await bench.produce('enriched', alerts(0, 10));
    bench.committedFaults.push(outage(), outage());
    const starting = bench.start(warehouse, { retryMinMs: 100 });
    await bench.turns();
    expect(warehouse.inserts).toEqual([]);
    for (const waitedMs of [100, 300]) {
      bench.clock.advanceTo(waitedMs);
      await bench.turns();
    }
    const { failures, events } = await starting;
    await bench.settle();
    expect(warehouse.origins).toEqual(numbers(0, 10));
    expect(failures).toEqual([]);
    expect(events.filter(({ kind }) => kind === 'retrying')).toHaveLength(2);
  });

  test('a sink that is stopped while it asks where to begin stops', async () => {
    bench.committedFaults.push(...Array.from({ length: 20 }, outage));
    const failures: Error[] = [];
    const sink = bench.sinkOn(warehouse, (error) => failures.push(error));
    const starting = sink.start();
    await bench.turns();
    await sink.stop();
    await starting;
    expect(failures).toEqual([]);
  });

  test('a warehouse that hangs keeps nobody waiting: who lets go leaves its plan to the next', async () => {
    await bench.produce('enriched', alerts(0, 10));
    warehouse.before = () => new Promise(() => undefined);
    const first = await bench.start(warehouse);
    await bench.settle();
    const stopping = first.sink.stop();
    await bench.turns();
    bench.clock.advanceTo(5_000);
    await stopping;
    expect(await bench.committed('enriched')).toMatchObject({ offset: 0, plan: [0, 10] });
    warehouse.before = async () => undefined;
    const second = await bench.start(warehouse);
    await bench.settle();
    expect(warehouse.origins).toEqual(numbers(0, 10));
    expect([...first.failures, ...second.failures]).toEqual([]);
  });

  test('a plan that is larger than batches are by now is stored as it is', async () => {
    await bench.produce('enriched', alerts(0, 3_000));
    warehouse.before = () => new Promise(() => undefined);
    const first = await bench.start(warehouse, { batchRows: 3_000 });
    await bench.settle();
    const stopping = first.sink.stop();
    await bench.turns();
    bench.clock.advanceTo(5_000);
    await stopping;
    expect(await bench.committed('enriched')).toMatchObject({ offset: 0, plan: [0, 3_000] });
    warehouse.before = async () => undefined;
    await bench.start(warehouse, { batchRows: 100 });
    await bench.settle();
    expect(warehouse.inserts).toHaveLength(1);
    expect(warehouse.origins).toEqual(numbers(0, 3_000));
  });

  test('what the broker refuses while partitions are handed over is a failure', async () => {
    bench.committedFaults.push(new TocsinError('broker.unauthorized', 'not for you'));
    const failures: Error[] = [];
    const sink = bench.sinkOn(warehouse, (error) => failures.push(error));
    sink.start().catch(() => undefined);
    await bench.settle();
    expect(failures).toMatchObject([{ code: 'broker.unauthorized' }]);
  });

  test('a repeat is recognised across a restart', async () => {
    await bench.produce('enriched', alerts(0, 8));
    const first = await bench.start(warehouse);
    await bench.settle();
    await first.sink.stop();
    await bench.produce('enriched', alerts(3, 15));
    const second = await bench.start(warehouse);
    await bench.settle();
    await second.sink.stop();
    expect(warehouse.origins).toEqual(numbers(0, 15));
  });

  test('a batch of repeats only is committed without an insert', async () => {
    await bench.produce('enriched', [...alerts(0, 10), ...alerts(0, 10)]);
    await bench.start(warehouse);
    await bench.settle();
    expect(warehouse.inserts).toHaveLength(1);
    expect(await bench.committed('enriched')).toMatchObject({ offset: 20, plan: null });
  });

  test('stopping stores what has been read', async () => {
    await bench.produce('enriched', alerts(0, 7));
    const { sink } = await bench.start(warehouse);
    await bench.settle();
    await sink.stop();
    expect(warehouse.origins).toEqual(numbers(0, 7));
    expect(await bench.committed('enriched')).toMatchObject({ offset: 7 });
  });

  test('what an aborted transaction wrote is not stored', async () => {
    const producer = bench.broker.producer({ transactionalId: 'relate-0' });
    const write = async (origin: number) => {
      const transaction = await producer.begin();
      const value = Buffer.from(JSON.stringify(alerts(origin, origin + 1)[0]));
      await transaction.send([{ topic: topics.enriched.name, partition: 0, key: null, value }]);
      return transaction;
    };
    await (await write(0)).abort();
    await (await write(1)).commit();
    const { sink } = await bench.start(warehouse);
    await bench.settle();
    await sink.stop();
    expect(warehouse.origins).toEqual([1]);
  });

  test('a record that cannot be read and a tombstone are passed over, the former is told', async () => {
    await bench.produceBytes('enriched', [Buffer.from('{'), null]);
    await bench.produce('enriched', alerts(0, 1));
    const { sink, events } = await bench.start(warehouse);
    await bench.settle();
    await sink.flush();
    expect(warehouse.origins).toEqual([0]);
    expect(events.filter(({ kind }) => kind === 'unreadable')).toMatchObject([{ offset: 0 }]);
    expect(await bench.committed('enriched')).toMatchObject({ offset: 3 });
  });

  test('offset metadata of somebody else is told, and reading goes on from the offset', async () => {
    await bench.produce('enriched', alerts(0, 5));
    await bench.commitByHand('enriched', 2, 'reset by hand');
    const { sink, events } = await bench.start(warehouse);
    await bench.settle();
    await sink.flush();
    expect(events[0]).toMatchObject({ kind: 'marks-lost', offset: 2, metadata: 'reset by hand' });
    expect(warehouse.origins).toEqual([2, 3, 4]);
  });

  describe('with more than one member', () => {
    test('every record is stored once while members come and go', async () => {
      bench = await SinkBench.with(4);
      const produce = async (from: number, to: number) => {
        for (const partition of numbers(0, 4)) await bench.produce('enriched', alerts(from, to), partition);
      };
      await produce(0, 33);
      const first = await bench.start(warehouse);
      await bench.settle();
      const second = await bench.start(warehouse);
      await produce(33, 66);
      await bench.settle();
      await first.sink.stop();
      await produce(66, 100);
      await bench.settle();
      await second.sink.stop();
      const wanted = numbers(0, 100).flatMap((origin) => [origin, origin, origin, origin]);
      expect([...warehouse.origins].sort((a, b) => a - b)).toEqual(wanted);
    });

    test('a zombie in the middle of an insert changes nothing: same token, and no commit', async () => {
      await bench.produce('enriched', alerts(0, 10));
      let wake = (): void => undefined;
      const asleep = new Promise<void>((resolve) => {
        wake = resolve;
      });
      warehouse.before = () => asleep;
      const zombie = await bench.start(warehouse);
      await bench.settle();
      warehouse.before = async () => undefined;
      bench.broker.expireSession(zombie.consumer);
      await bench.produce('enriched', alerts(10, 40));
      const successor = await bench.start(warehouse, { batchRows: 7 });
      await bench.settle();
      wake();
      await bench.settle();
      await successor.sink.stop();
      expect(warehouse.origins).toEqual(numbers(0, 40));
      expect(await bench.committed('enriched')).toMatchObject({ offset: 40, marks: [[0, 39, 0]] });
    });
  });
});
