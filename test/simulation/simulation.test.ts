import { describe, expect, test } from 'vitest';
import { together } from './campaign.ts';
import { runShare } from './jobs.ts';
import { modes } from './options.ts';
import { assertFits } from './plants/plant.ts';
import { plants } from './plants/run-plants.ts';

// In processes of their own: a run puts the timers and the clock of its process under its own rule.
const run = (from: number, seeds: number, mode: (typeof modes)[number]) =>
  runShare({ from, seeds, mode, untilFound: false });

describe.each(modes)('simulated worlds, %s', (mode) => {
  test('hold everything that is promised', { timeout: 240_000 }, async () => {
    const { seeds, violating } = await run(1, 12, mode);
    expect([seeds, violating]).toEqual([12, []]);
  });

  test('a seed gives the same run again, alone or among others', { timeout: 240_000 }, async () => {
    const [both, second] = await Promise.all([run(101, 2, mode), run(102, 1, mode)]);
    const first = await run(101, 1, mode);
    expect(together([first, second])).toEqual(both);
    expect(first.digest).not.toBe(second.digest);
  });
});

const onceBroken = {
  'effectively-once': [1_917, 4_306, 26_615, 34_104, 52_628],
  'exactly-once': [7_756, 15_073, 25_929],
};

test.each(modes)('worlds that once broke something hold, %s', { timeout: 240_000 }, async (mode) => {
  for (const seed of onceBroken[mode])
    expect(await run(seed, 1, mode), String(seed)).toMatchObject({ violating: [] });
});

test.each(plants.map((plant) => [plant.name, plant] as const))('the plant %s fits the source', (_, plant) => {
  expect(() => assertFits(plant)).not.toThrow();
});
