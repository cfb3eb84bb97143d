import { randomOf } from '../../pipeline/demo/random.ts';

/** `count` different whole numbers below `end`, ascending; the same for the same seed. */
export function pickNumbers(seed: number, count: number, end: number): number[] {
  const random = randomOf(seed);
  const picked = new Set<number>();
  while (picked.size < Math.min(count, end)) picked.add(random.int(0, end - 1));
  return [...picked].sort((a, b) => a - b);
}
