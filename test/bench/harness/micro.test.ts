import { expect, test } from 'vitest';
import { measureMicros } from '../../../bench/harness/micro.ts';

test('what is measured again and again has its CPU, and what it allocates in passes of their own', async () => {
  let runs = 0;
  let kept: object[] = [];
  const micro = {
    ...({ name: 'walk', unit: 'µs CPU per step', times: 1_000 } as const),
    prepare: () => {
      kept = [];
    },
    run: () => {
      runs += 1;
      for (let step = 0; step < 1_000; step += 1) kept.push(new Array<number>(1_000).fill(step + 0.5));
    },
  };
  const [cpu, allocated, ...more] = await measureMicros([micro], 4);
  expect(cpu).toMatchObject({ name: 'walk', unit: 'µs CPU per step' });
  expect(cpu?.samples).toHaveLength(4);
  expect(allocated).toMatchObject({ name: 'walk', unit: 'bytes allocated per step' });
  expect(allocated?.samples).toHaveLength(2);
  // Eight bytes a number. A thousand samples are off by 3 %, one time of three.
  for (const bytes of allocated?.samples ?? []) expect(Math.abs(bytes / 8_048 - 1)).toBeLessThan(0.25);
  expect(more).toEqual([]);
  expect(runs).toBeGreaterThanOrEqual(6);
});
