import { expect, test } from 'vitest';
import { paceOf, wallUntil } from '../../../pipeline/replay/pace.ts';

/** A wall that goes on only while somebody sleeps, or is told to. */
function wallOf(longestSleepMs = Number.POSITIVE_INFINITY) {
  const wall = {
    at: 1_000,
    slept: [] as number[],
    isInterrupted: false,
    now: () => wall.at,
    sleep: async (ms: number) => {
      wall.slept.push(ms);
      wall.at += Math.min(ms, longestSleepMs);
      return !wall.isInterrupted;
    },
  };
  return wall;
}

test('virtual time goes on at the factor of wall time, counted from the first tick', async () => {
  const wall = wallOf();
  const pace = paceOf(60, wall);
  for (const tick of [500_000, 560_000, 680_000]) expect(await pace(tick)).toBe(true);
  expect(wall.slept).toEqual([1_000, 2_000]);
});

test('where the work takes longer nothing is waited for, and later ticks catch up', async () => {
  const wall = wallOf();
  const pace = paceOf(10, wall);
  await pace(0);
  wall.at += 5_000;
  await pace(30_000);
  await pace(60_000);
  expect(wall.slept).toEqual([1_000]);
});

test('a sleep that is too long for a timer goes on in parts', async () => {
  const wall = wallOf(400);
  await paceOf(1, wall)(0);
  const pace = paceOf(1, wall);
  await pace(0);
  await pace(1_000);
  expect(wall.slept).toEqual([1_000, 600, 200]);
});

test('an interrupted sleep ends the run', async () => {
  const wall = wallOf();
  const pace = paceOf(1, wall);
  await pace(0);
  wall.isInterrupted = true;
  expect(await pace(10)).toBe(false);
});

test('the real wall does not sleep once it is interrupted', async () => {
  const wall = wallUntil(AbortSignal.abort());
  expect(await wall.sleep(60_000)).toBe(false);
  expect(await wallUntil(new AbortController().signal).sleep(0)).toBe(true);
});
