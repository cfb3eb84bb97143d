import { describe, expect, test } from 'vitest';
import { DeadLetterBrake } from '../../../pipeline/worker/dead-letter-brake.ts';
import type { Ports } from '../../../pipeline/worker/index.ts';
import { shedUntil } from '../../../pipeline/worker/shed.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import { topics } from '../../../schemas/topics.ts';
import { brokerWith, stateWith } from '../../support/overriding.ts';
import { dawn, minute, second, World } from '../../support/virtual-world.ts';

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
    await settled(world);
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

  test.each([
    ['with the first of them, when nothing of them is stored but that they are shed', 1],
    ['in the middle of them', 2],
  ])(
    'sheds exactly the same records after a crash %s, though it is behind by others',
    async (_name, last) => {
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
              const send: typeof producer.send = async (records) => {
                sends += records.some(({ topic }) => topic === topics.overflow.name) ? 1 : 0;
                const acknowledged = await producer.send(records);
                if (sends === last) throw new Error('dies');
                return acknowledged;
              };
              return { begin: () => producer.begin(), close: () => producer.close(), send };
            },
          }),
        }),
      });
      await settled(world);
      expect(sends).toBe(last);
      await world.drop(broken);
      await world.send(alerts(5));
      const worker = await world.start({ graphs: ['reduce'] });
      await settled(world);
      expect(await shedOf(world)).toEqual(upTo(20));
      expect(worker.counts().stages[0]?.in).toBe(15);
    },
  );

  describe('while the state store is away', () => {
    const away = new TocsinError('state.unavailable', 'by a test');
    let world: World;
    let isAway: boolean;
    let offers: number;
    /** A worker that is behind, and whose store went away before it could store that it sheds. */
    const behind = async (records = alerts(30)) => {
      world = await World.open({ rawPartitions: 2, reducedPartitions: 1, settings });
      isAway = false;
      offers = 0;
      const worker = await world.start({ graphs: ['reduce'], through });
      isAway = true;
      await world.embedded.broker.producer().send(records);
      await turn();
      return worker;
    };
    const through = (ports: Ports): Ports => ({
      ...ports,
      state: stateWith(ports.state, {
        commit: (lease, checkpoint) => {
          offers += 1;
          return isAway ? Promise.reject(away) : ports.state.commit(lease, checkpoint);
        },
      }),
    });
    const isDone = async (work: Promise<unknown>) => {
      let isOver = false;
      void work.then(() => {
        isOver = true;
      });
      await turn();
      return isOver;
    };

    test('sheds nothing until it is stored that it does, and then exactly that', async () => {
      const worker = await behind();
      expect([world.troubles, worker.counts().shed]).toEqual([['shedding', 'state-away'], 0]);
      expect(await shedOf(world)).toEqual([]);
      isAway = false;
      world.clock.advanceTo(world.clock.now() + second);
      await settled(world);
      expect(await shedOf(world)).toEqual(upTo(20));
      expect([worker.counts().shed, worker.counts().stages[0]?.in]).toEqual([20, 10]);
    });

    test('chooses the range behind a checkpoint that is under way, which does not know of it', async () => {
      const worker = await behind(alerts(1));
      await world.embedded.broker.producer().send(alerts(30));
      await turn();
      expect([world.troubles, offers]).toEqual([['state-away'], 3]);
      isAway = false;
      world.clock.advanceTo(world.clock.now() + second);
      await settled(world);
      expect(await shedOf(world)).toEqual(upTo(21).slice(1));
      expect([worker.counts().stages[0]?.in, world.troubles]).toEqual([11, ['state-away', 'shedding']]);
    });

    test('keeps no beat waiting, of none of its shards', async () => {
      const worker = await behind();
      world.clock.advanceTo(world.clock.now() + minute);
      expect(await isDone(worker.beat())).toBe(true);
      const [reduced = []] = await world.read('reduced');
      expect(reduced.map(({ value }) => codecs.reduced.decode(value ?? new Uint8Array(), 5))).toContainEqual(
        expect.objectContaining({ kind: 'heartbeat', shard: 1 }),
      );
    });

    test('keeps no rebalance waiting', async () => {
      const worker = await behind();
      expect(await isDone(world.start({ graphs: ['reduce'] }))).toBe(true);
      expect(world.failures).toEqual([]);
      expect(worker.owned.filter(({ isRunning }) => isRunning)).toHaveLength(1);
    });

    test.each([
      ['whoever takes it over in order sheds the range that was stored at last', true, 20],
      ['whoever takes it over from one that could not store it looks for itself', false, 25],
    ])('%s', async (_name, isBackInTime, shed) => {
      const worker = await behind();
      isAway = !isBackInTime;
      await world.stop(worker);
      expect(await shedOf(world)).toEqual([]);
      await world.send(alerts(5));
      const next = await world.start({ graphs: ['reduce'] });
      await settled(world);
      expect(await shedOf(world)).toEqual(upTo(shed));
      expect(next.counts().stages[0]?.in).toBe(35 - shed);
      expect(offers).toBeGreaterThan(1);
    });
  });
});

/** Whatever can happen without time passing has happened. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Also what follows from what a shard waited for while nothing was handed over. */
async function settled(world: World): Promise<void> {
  await turn();
  await world.embedded.broker.idle();
}

/** Source offsets of the records in the overflow topic, each once, in order. */
async function shedOf(world: World): Promise<number[]> {
  const records = (await world.read('overflow')).flat();
  const offsets = records.map(({ headers }) =>
    Number(String(Buffer.from(headers['__connect.errors.offset'] ?? []))),
  );
  return [...new Set(offsets)].sort((a, b) => a - b);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}
