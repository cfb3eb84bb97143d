import { expect, test } from 'vitest';
import { allocating } from '../../../bench/harness/allocation.ts';

/** So many arrays of doubles, of which the last one alone stays: 8 bytes a number, and 32 of headers. */
function fill(arrays: number): number {
  let last: readonly number[] = [];
  for (let i = 0; i < arrays; i += 1) last = new Array<number>(numbersEach).fill(i + 0.5);
  return last.length;
}

const numbersEach = 1_000;
const bytesEach = 8 * numbersEach + 32;

test('what was collected meanwhile counts as well as what stays', async () => {
  const arrays = 20_000;
  const { found, bytes } = await allocating(() => fill(arrays));
  expect(found).toBe(numbersEach);
  // 160 MB are 20,000 samples: half a percent is what they are off by.
  expect(bytes / (arrays * bytesEach)).toBeGreaterThan(0.9);
  expect(bytes / (arrays * bytesEach)).toBeLessThan(1.2);
});

test('work that allocates next to nothing has next to nothing', async () => {
  const { bytes } = await allocating(() => Math.sqrt(2));
  expect(bytes).toBeLessThan(1_000_000);
});
