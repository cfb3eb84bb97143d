import { describe, expect, test, vi } from 'vitest';
import { topics } from '../../../schemas/topics.ts';
import { brokerWith } from '../../support/overriding.ts';
import { alert } from '../../support/story-input.ts';
import { dawn, minute, second, tickMs, World } from '../../support/virtual-world.ts';

/** A copy of every graph function that a worker asks the topology for. */
const asked = vi.hoisted(() => ({ reduce: 0, relate: 0 }));
vi.mock('../../../pipeline/topology.ts', async (original) => {
  const topology = await original<typeof import('../../../pipeline/topology.ts')>();
  return {
    ...topology,
    reduce: (...given: Parameters<typeof topology.reduce>) => {
      asked.reduce += 1;
      return topology.reduce(...given);
    },
    relate: (...given: Parameters<typeof topology.relate>) => {
      asked.relate += 1;
      return topology.relate(...given);
    },
  };
});

describe('Worker', () => {
  test('runs the graphs of topology.ts, once per shard, and nothing else', async () => {
    Object.assign(asked, { reduce: 0, relate: 0 });
    const world = await World.open({ rawPartitions: 3, reducedPartitions: 2 });
    const worker = await world.start();
    expect(asked).toEqual({ reduce: 3, relate: 2 });
    expect(worker.counts().stages.map(({ graph, stage }) => `${graph} ${stage}`)).toEqual([
      'reduce normalize',
      'reduce fingerprint',
      'reduce combine',
      'relate dedupe',
      'relate enrich',
      'relate correlate',
      'relate score',
      'relate suppress',
      'relate aggregate',
      'relate publish',
    ]);
  });

  test('runs only the graphs it is asked for', async () => {
    const world = await World.open();
    const worker = await world.start({ graphs: ['reduce'] });
    await world.run([alert({ at: 0 })], { until: dawn + minute });
    expect(new Set(worker.counts().stages.map(({ graph }) => graph))).toEqual(new Set(['reduce']));
    expect((await world.read('enriched')).flat()).toEqual([]);
    expect((await world.read('reduced')).flat().length).toBeGreaterThan(0);
  });

  test('counts alerts over all its shards, and every alert has one outcome', async () => {
    const world = await World.open({ rawPartitions: 3 });
    const worker = await world.start();
    const alerts = Array.from({ length: 9 }, (_, i) => alert({ at: i * second, name: `A${i % 2}` }));
    await world.run([...alerts, { at: dawn + 20 * second, value: Buffer.from('no alert') }]);
    const { outcomes, rows, timers } = worker.counts();
    expect(outcomes).toMatchObject({ 'dead-lettered': 1, passed: 2, folded: 7, suppressed: 0 });
    expect([rows, timers]).toEqual([0, 0]);
  });

  describe('keeps time', () => {
    const beats = async (world: World) => (await world.read('reduced')).flat().length;

    test('by a beat every heartbeatMs, until it stops', async () => {
      const world = await World.open({ rawPartitions: 1, reducedPartitions: 1, arrival: 'append' });
      const worker = await world.start();
      worker.keepTime();
      for (let beat = 1; beat <= 3; beat += 1) {
        world.clock.advanceTo(world.clock.now() + tickMs);
        await settled(world);
      }
      expect(await beats(world)).toBe(3);
      await world.stop(worker);
      world.clock.advanceTo(world.clock.now() + 10 * tickMs);
      await settled(world);
      expect([await beats(world), world.clock.nextDue()]).toEqual([3, null]);
    });

    test('and a beat under way when it stops starts no other', async () => {
      const world = await World.open({ rawPartitions: 1, reducedPartitions: 1, arrival: 'append' });
      const worker = await world.start();
      worker.keepTime();
      world.clock.advanceTo(world.clock.now() + tickMs);
      // Not awaited in between: the beat has begun and not ended.
      await world.stop(worker);
      await settled(world);
      expect(world.clock.nextDue()).toBeNull();
    });

    test('and says so when it cannot', async () => {
      const world = await World.open({ rawPartitions: 1, reducedPartitions: 1 });
      const failed = new Error('the broker is away');
      const worker = await world.start({
        through: ({ broker, state, clock }) => ({
          ...{ state, clock },
          broker: brokerWith(broker, {
            producer: () => ({
              ...broker.producer(),
              send: () => Promise.reject(failed),
              close: async () => {},
            }),
          }),
        }),
      });
      worker.keepTime();
      world.clock.advanceTo(world.clock.now() + tickMs);
      await settled(world);
      expect(world.failures).toEqual([failed]);
    });
  });

  test('dropped, it says and stores nothing more', async () => {
    const world = await World.open();
    const worker = await world.start();
    await world.run([alert({ at: 0 })], { until: dawn + minute });
    const before = (await world.read('reduced')).flat().length;
    await world.drop(worker);
    await world.send([
      { topic: topics.raw.name, key: null, value: alert({ at: 0 }).value, timestamp: world.clock.now() },
    ]);
    world.clock.advanceTo(world.clock.now() + minute);
    await worker.beat();
    await settled(world);
    expect((await world.read('reduced')).flat()).toHaveLength(before);
    expect([worker.nextDue(), world.failures]).toEqual([null, []]);
  });
});

async function settled(world: World): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  await world.embedded.broker.idle();
}
