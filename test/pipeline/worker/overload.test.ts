import { describe, expect, test } from 'vitest';
import { DeadLetterBrake } from '../../../pipeline/worker/dead-letter-brake.ts';
import { shedUntil } from '../../../pipeline/worker/shed.ts';
import { topics } from '../../../schemas/topics.ts';
import { brokerWith } from '../../support/overriding.ts';
import { dawn, World } from '../../support/virtual-world.ts';

const alert = (name: string, host: string) =>
  Buffer.from(JSON.stringify({ source: 's', name, labels: { host } }));
const raw = (values: readonly Uint8Array[]) =>
  values.map((value) => ({ topic: topics.raw.name, partition: 0, key: null, value, timestamp: dawn }));
const alerts = (count: number) => raw(Array.from({ length: count }, (_, at) => alert('Down', `h${at}`)));
const poison = (count: number) => raw(Array.from({ length: count }, () => Buffer.from('{')));

describe('DeadLetterBrake', () => {
  const told = (share: number, window: number, ...batches: readonly (readonly [number, number])[]) => {
    const brake = new DeadLetterBrake(share, window);
    return batches.map(([records, letters]) => brake.note(records, letters));
  };
  test.each([
    ['says nothing before the window is full', told(0.5, 100, [60, 60], [39, 39]), [null, null]],
    ['says the share when it is too high over the window', told(0.5, 100, [50, 50], [50, 30]), [null, 0.8]],
    ['says nothing of a share at the limit', told(0.5, 100, [100, 50]), [null]],
    ['counts each window anew', told(0.5, 100, [100, 0], [100, 100]), [null, 1]],
    ['takes a handful of letters for what it is', told(0, 5, [5, 5]), [null]],
    ['never acts with a share of 1', told(1, 10, [10, 10], [10, 25]), [null, null]],
  ])('%s', (_name, found, expected) => expect(found).toEqual(expected));
});

describe('shedUntil', () => {
  const batch = (first: number, highWatermark: number) => ({
    highWatermark,
    records: [{ offset: first, timestamp: 0, key: null, value: null, headers: {} }],
  });
  const shed = { overload: 'shed', shedLagRecords: 10 } as const;
  test.each([
    ['nothing at the limit', shedUntil(batch(5, 15), shed), null],
    ['all but half of what may wait, behind it', shedUntil(batch(5, 100), shed), 95],
    ['nothing where the log is to wait', shedUntil(batch(5, 100), { ...shed, overload: 'block' }), null],
  ])('sheds %s', (_name, found, expected) => expect(found).toBe(expected));
});

describe('a partition that is drained into the dead letters', () => {
  const settings = { maxDeadLetterShare: 0.5, deadLetterWindow: 20, batchRecords: 10 };

  test('stops its shard, which is not ready any more; what is behind stays in the log', async () => {
    const world = await World.open({ rawPartitions: 1, reducedPartitions: 1, settings });
    const worker = await world.start({ graphs: ['reduce'] });
    expect(worker.isReady).toBe(true);
    await world.send([...poison(20), ...alerts(5)]);
    expect(worker.isReady).toBe(false);
    expect(world.troubles).toEqual(['dead-letters-stopped']);
    expect(worker.counts().outcomes['dead-lettered']).toBe(20);
    await world.stop(worker);
    const place = { topic: topics.raw.name, partition: 0 };
    expect((await world.embedded.broker.admin.committed('tocsin-reduce', place))?.offset).toBe(20);
  });

  test('goes on after a restart, when its producer is mended', async () => {
    const world = await World.open({ rawPartitions: 1, reducedPartitions: 1, settings });
    await world.send([...poison(20), ...alerts(25)]);
    const worker = await world.start({ graphs: ['reduce'] });
    await world.embedded.broker.idle();
    await world.stop(worker);
    const next = await world.start({ graphs: ['reduce'] });
    await world.embedded.broker.idle();
    expect([next.isReady, next.counts().stages[0]?.in]).toEqual([true, 25]);
  });
});

describe('a shard that is too far behind', () => {
  const settings = { overload: 'shed', shedLagRecords: 20, batchRecords: 10, checkpointEveryMs: 0 } as const;

  test('puts the oldest records aside as they came, and works on the newest', async () => {
    const world = await World.open({ rawPartitions: 1, reducedPartitions: 1, settings });
    await world.send(alerts(100));
    const worker = await world.start({ graphs: ['reduce'] });
    await world.embedded.broker.idle();
    expect(worker.counts()).toMatchObject({ shed: 90 });
    expect(worker.counts().stages[0]?.in).toBe(10);
    const [overflow = []] = await world.read('overflow');
    expect(overflow.map(({ value }) => Buffer.from(value ?? []))).toEqual(
      alerts(90).map(({ value }) => value),
    );
    expect(String(Buffer.from(overflow[7]?.headers['__connect.errors.offset'] ?? []))).toBe('7');
    expect(world.troubles).toEqual(['shedding']);
  });

  test('waits in the log by default', async () => {
    const world = await World.open({ rawPartitions: 1, reducedPartitions: 1 });
    await world.send(alerts(100));
    const worker = await world.start({ graphs: ['reduce'] });
    await world.embedded.broker.idle();
    expect([worker.counts().shed, worker.counts().stages[0]?.in]).toEqual([0, 100]);
  });

  test('sheds exactly the same records after a crash, though it is not that far behind any more', async () => {
    const world = await World.open({ rawPartitions: 1, reducedPartitions: 1, settings });
    await world.send(alerts(30));
    let sends = 0;
    const broken = await world.start({
      graphs: ['reduce'],
      through: (ports) => ({
        ...ports,
        broker: brokerWith(ports.broker, {
          producer: () => {
            const producer = ports.broker.producer();
            const send: typeof producer.send = (records) => {
              sends += records.some(({ topic }) => topic === topics.overflow.name) ? 1 : 0;
              if (sends > 1) return Promise.reject(new Error('dies'));
              return producer.send(records);
            };
            return { begin: () => producer.begin(), close: () => producer.close(), send };
          },
        }),
      }),
    });
    await world.drop(broken);
    const worker = await world.start({ graphs: ['reduce'] });
    await world.embedded.broker.idle();
    const [overflow = []] = await world.read('overflow');
    const shed = overflow.map(({ headers }) =>
      Number(String(Buffer.from(headers['__connect.errors.offset'] ?? []))),
    );
    expect([...new Set(shed)].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, at) => at));
    expect(worker.counts().stages[0]?.in).toBe(10);
  });
});
