import { describe, expect, test } from 'vitest';
import type { LogRecord } from '../../pipeline/broker/index.ts';
import { randomOf } from '../../pipeline/demo/random.ts';
import type { StateSnapshot } from '../../pipeline/state/index.ts';
import type { Delivery, Worker } from '../../pipeline/worker/index.ts';
import { relateAgain } from '../support/crash-runs.ts';
import { CrashPlan } from '../support/crashing-ports.ts';
import {
  bytesOf,
  bytesOfRecord,
  differences,
  outputTopics,
  readOutputs,
  valuesOf,
} from '../support/outputs.ts';
import { alert, story } from '../support/story-input.ts';
import { dawn, minute, quickConfig, second, World, type WorldOptions } from '../support/virtual-world.ts';

const input = story(3, 10);
const end = dawn + 45 * minute;
const operators = quickConfig();

interface Loss {
  readonly delivery: Delivery;
  /** What happens at a tick. */
  readonly strike: (world: World, tick: number) => Promise<void>;
  readonly settings?: WorldOptions['settings'];
}

/** Runs the story, with a strike now and then, and returns the world when every window is closed. */
async function run({ delivery, strike, settings = {} }: Loss): Promise<World> {
  const often = { checkpointEveryMs: 10 * second, snapshotEveryMs: 2 * minute, snapshotEveryRecords: 500 };
  const world = await World.open({ operators, delivery, settings: { ...often, ...settings } });
  await world.start();
  await world.run(input, { until: end, onTick: (tick) => strike(world, tick) });
  return world;
}

/** What RELATE says of the same reduced log when nothing ever happens to it. */
async function cleanBytes(world: World) {
  const again = await relateAgain(await world.read('reduced'), { operators }, new CrashPlan());
  return bytesOf(await readOutputs(again));
}

/** Everything a read_committed consumer sees, repeats and all. */
async function everyOutput(world: World): Promise<Record<string, string[]>> {
  const logs = await Promise.all(outputTopics.map((topic) => world.read(topic)));
  return Object.fromEntries(
    outputTopics.flatMap((topic, at) =>
      (logs[at] ?? []).map((records: readonly LogRecord[], partition: number) => [
        `${topic}/${partition}`,
        records.map(bytesOfRecord),
      ]),
    ),
  );
}

const every =
  (ms: number, act: (world: World) => Promise<void> | void) => async (world: World, tick: number) => {
    if (tick > dawn && (tick - dawn) % ms === 0 && tick < end - 5 * minute) await act(world);
  };

const wipe = (world: World) => world.embedded.state.wipe();

/** Stops the worker as a crash would, and starts another one. */
const replace = async (world: World) => {
  for (const worker of [...world.workers] as Worker[]) await world.drop(worker);
  await world.start();
  await world.embedded.broker.idle();
};

/** A failover to a replica that has not seen the newest writes. */
function failover() {
  let replica: StateSnapshot | null = null;
  return (world: World) => {
    if (replica !== null) world.embedded.state.rollback(replica);
    replica = world.embedded.state.snapshot();
  };
}

describe.each<Delivery>(['effectively-once', 'exactly-once'])('%s', (delivery) => {
  const strikes: Record<string, (world: World) => Promise<void> | void> = {
    'the store comes back empty while the worker runs': wipe,
    'the store comes back empty and the worker is a new one': async (world) => {
      wipe(world);
      await replace(world);
    },
    'the worker is replaced by a new one': replace,
    'the store forgets what was written last': failover(),
  };
  for (const [what, strike] of Object.entries(strikes)) {
    test(`${what}: RELATE says what it says of the same log undisturbed`, async () => {
      const world = await run({ delivery, strike: every(3 * minute, strike) });
      expect(world.failures).toEqual([]);
      const expected = await cleanBytes(world);
      expect(differences(bytesOf(await readOutputs(world)), expected)).toEqual([]);
      if (delivery === 'exactly-once') expect(differences(await everyOutput(world), expected)).toEqual([]);
    });
  }

  test('a store that is wiped and workers that are replaced at random moments: it is made whole from snapshots', async () => {
    for (const seed of [1, 2, 3]) {
      const random = randomOf(seed);
      const world = await run({
        delivery,
        strike: async (struck, tick) => {
          if (tick > end - 5 * minute) return;
          if (random.chance(0.04)) wipe(struck);
          if (random.chance(0.08)) await replace(struck);
        },
      });
      const expected = await cleanBytes(world);
      expect(differences(bytesOf(await readOutputs(world)), expected), `seed ${seed}`).toEqual([]);
      expect(world.troubles).toContain('state-lost');
      expect(world.troubles).not.toContain('state-incomplete');
    }
  });
});

describe('a rebuild', () => {
  test('begins at a snapshot, not at the start of the log', async () => {
    const world = await run({ delivery: 'effectively-once', strike: async () => {} });
    for (const worker of [...world.workers]) await world.stop(worker);
    const places = [0, 1].map((partition) => ({ topic: 'alerts.reduced.v1', partition }));
    const committed = await Promise.all(
      places.map((place) => world.embedded.broker.admin.committed('tocsin-relate', place)),
    );
    for (const mark of committed) {
      const { from, snapshot } = JSON.parse(mark?.metadata ?? '{}');
      expect(from).toBeGreaterThan((mark?.offset ?? 0) / 2);
      expect(snapshot).toMatchObject({ id: expect.any(String) });
    }
  });

  const tails = { 'something newer stands behind': true, 'nothing stands behind': false };
  test.each(Object.entries(tails))(
    'of REDUCE says nothing of a run that died before it begins, though a late alert of it comes after that, and %s',
    async (_, isNewerBehind) => {
      const settings = { checkpointEveryMs: 0 };
      const world = await World.open({ operators, rawPartitions: 1, reducedPartitions: 1, settings });
      await world.start();
      const at = (seconds: number, name: string, observedAt = seconds) =>
        alert({ at: seconds * second, name, observedAt: observedAt * second });
      // B is still alive when A's window is over, and stands between A's two alerts.
      const alerts = [at(10, 'A'), at(62, 'B'), at(65, 'A', 55), ...(isNewerBehind ? [at(80, 'B')] : [])];
      await world.run(alerts, { until: dawn + 90 * second });
      const place = { topic: 'alerts.raw.v1', partition: 0 };
      const mark = await world.embedded.broker.admin.committed('tocsin-reduce', place);
      expect(JSON.parse(mark?.metadata ?? '{}')).toMatchObject({ from: 1 });
      wipe(world);
      await replace(world);
      await world.run([], { until: dawn + 10 * minute });
      const accounted = valuesOf(await readOutputs(world), 'decisions').reduce(
        (sum, { outcome, count }) => sum + (outcome === 'noted' ? 0 : count),
        0,
      );
      expect(accounted).toBe(alerts.length);
    },
  );

  test('of REDUCE begins at the first alert that its live runs depend on', async () => {
    const world = await run({ delivery: 'effectively-once', strike: async () => {} });
    for (const worker of [...world.workers]) await world.stop(worker);
    const place = { topic: 'alerts.raw.v1', partition: 0 };
    const mark = await world.embedded.broker.admin.committed('tocsin-reduce', place);
    // Every cell is over: nothing is needed.
    expect(JSON.parse(mark?.metadata ?? '{}')).toEqual({
      v: 1,
      from: mark?.offset,
      snapshot: null,
      at: expect.any(Number),
    });
  });

  test('without the snapshot that it stands on goes back to the start of the log, and says so', async () => {
    let isStruck = false;
    const world = await run({
      delivery: 'effectively-once',
      strike: async (struck, tick) => {
        if (isStruck || tick < dawn + 8 * minute) return;
        isStruck = true;
        for (const partition of [0, 1]) {
          const place = { topic: 'snapshots.v1', partition };
          const { high } = await struck.embedded.broker.admin.watermarks(place);
          struck.embedded.broker.deleteRecordsBefore(place, high);
        }
        wipe(struck);
        await replace(struck);
      },
    });
    expect(world.troubles).toContain('state-incomplete');
    // The log still holds everything, so nothing is missing all the same.
    expect(differences(bytesOf(await readOutputs(world)), await cleanBytes(world))).toEqual([]);
  });
});
