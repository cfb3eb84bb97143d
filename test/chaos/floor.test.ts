import { expect, test } from 'vitest';
import { type Arriving, minute, quickConfig, second, World } from '../support/virtual-world.ts';
import { AlertSource } from './load/alert-source.ts';

const hour = 60 * minute;
const rawSchema = 1;

interface Held {
  readonly rows: number;
  readonly timers: number;
  readonly keys: number;
}

function heldBy(world: World): Held {
  const [worker] = world.workers;
  const { rows = 0, timers = 0 } = worker?.counts() ?? {};
  const { shards } = world.embedded.state.snapshot();
  const keys = [...shards.values()].flatMap(({ tables }) => [...tables.values()].map(({ size }) => size));
  return { rows, timers, keys: keys.reduce((sum, size) => sum + size, 0) };
}

function busy(source: AlertSource, from: number): Arriving[] {
  return Array.from({ length: 400 }, (_, i) => {
    const at = from + i * second;
    return { at, value: source.next()(rawSchema, at) };
  });
}

test('after each busy phase state, stored keys and timers return to where they were', async () => {
  const operators = quickConfig({
    score: { forgetMs: hour },
    correlate: { resolveDelayMs: minute, reopenWithinMs: minute },
    publish: { keepMs: minute },
  });
  const world = await World.open({ operators, arrival: 'append', settings: { heartbeatMs: minute } });
  await world.start();
  const source = new AlertSource({ seed: 1, troubles: 5, alertsPerTrouble: 40, oddShare: 0.01 });
  const [atRest, atWork]: [Held[], Held[]] = [[], []];
  for (let phase = 0; phase < 3; phase += 1) {
    const from = world.clock.now();
    await world.run(busy(source, from), { until: from + 400 * second });
    atWork.push(heldBy(world));
    await world.run([], { until: from + 3 * hour });
    for (let i = 0; i < 3; i += 1) {
      world.clock.advanceTo(world.clock.now() + minute);
      await world.beat();
    }
    atRest.push(heldBy(world));
  }
  expect(Math.min(...atWork.map(({ rows }) => rows))).toBeGreaterThan(50);
  expect(atRest.map(({ timers }) => timers)).toEqual([0, 0, 0]);
  // What stays: of each raw partition the mark of its newest late alert, in each shard that was told of one.
  expect(Math.max(...atRest.map(({ rows }) => rows))).toBeLessThanOrEqual(4);
  // And in the store each shard's own clock, claims and version beside them.
  expect(new Set(atRest.map(({ keys, rows }) => keys - rows)).size).toBe(1);
});
