import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { anyDelays, anyHistory, anyLongHistory, anyStorm, redelayed } from '../../support/alert-histories.ts';
import {
  type Folded,
  flow,
  foldAll,
  hour,
  interleaved,
  minute,
  reduceAll,
  sent,
} from '../../support/dedupe-flow.ts';
import { explicit, firingEvery, timeout } from './telling-case.ts';

const short = vi.hoisted(() => ({ isTaken: true, taken: 0 }));

vi.mock('../../../operators/dedupe/is-repeat.ts', async (actual) => {
  const { isRepeat } = await actual<typeof import('../../../operators/dedupe/is-repeat.ts')>();
  const counting: typeof isRepeat = (...given) => {
    const is = short.isTaken && isRepeat(...given);
    if (is) short.taken += 1;
    return is;
  };
  return { isRepeat: counting };
});

const idleMs = 3 * 24 * hour;
const shards = 3;

/** With every time line read. */
function readAll(tell: () => Folded): Folded {
  short.isTaken = false;
  const told = tell();
  short.isTaken = true;
  return told;
}

beforeEach(() => {
  short.taken = 0;
});

describe('a version of a run that is taken for a repeat without a look at the time line', () => {
  it.each([
    ['any', anyHistory],
    ['stormy', anyStorm],
    ['long', anyLongHistory],
  ])('would have changed nothing: %s histories', (_, histories) => {
    fc.assert(
      fc.property(
        histories,
        anyDelays,
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1 }),
        (alerts, delays, numbers) => {
          let next = 0;
          const choose = () => numbers[next++ % numbers.length] ?? 0;
          const log = interleaved(reduceAll(redelayed(alerts, delays), { idleMs, shards }), choose);
          const tell = () => foldAll(log, { shards });
          expect(tell()).toEqual(readAll(tell));
        },
      ),
      { numRuns: 100 },
    );
    expect(short.taken).toBeGreaterThan(0);
  });

  it.each([
    ['no ends are known', {}],
    ['ends are told', explicit],
    ['ends are told, and starts', { ...explicit, startsAt: -minute }],
    ['silence is an end', timeout],
  ])('is what goes on in most of them where %s', (_, draft) => {
    const alerts = firingEvery(30_000, 50, draft).map(sent);
    const tell = () => flow(alerts, { idleMs });
    const told = tell();
    expect(short.taken).toBeGreaterThan(6);
    expect(told).toEqual(readAll(tell));
  });
});
