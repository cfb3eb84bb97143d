import { describe, expect, test } from 'vitest';
import { Flow, type Worked } from '../../../pipeline/health/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';

/** REDUCE and RELATE on one partition each, looked at every 10 s. */
function flowing() {
  const clock = new VirtualClock();
  const ends: Record<string, number> = { raw: 0, reduced: 0 };
  const handled: Record<string, number> = { reduce: 0, relate: 0 };
  let isAway = false;
  const flow = new Flow({
    ...{ clock, everyMs: 10_000 },
    worked: (): readonly Worked[] => [
      { graph: 'reduce', topic: 'raw', partition: 0, handled: handled['reduce'] ?? 0 },
      { graph: 'relate', topic: 'reduced', partition: 0, handled: handled['relate'] ?? 0 },
    ],
    admin: {
      allWatermarks: async (topic) => {
        if (isAway) throw new Error('away');
        return [{ low: 0, high: ends[topic] ?? 0 }];
      },
    },
  });
  const looks = async (count: number): Promise<void> => {
    for (let look = 0; look < count; look += 1) {
      clock.advanceTo(clock.now() + 10_000);
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    }
  };
  const setAway = (away: boolean): void => {
    isAway = away;
  };
  return { flow, ends, handled, looks, setAway, clock };
}

describe('the flow of records', () => {
  test('lags by what is between the work and the end of the log', async () => {
    const { flow, ends, handled, looks } = flowing();
    Object.assign(ends, { raw: 50, reduced: 20 });
    Object.assign(handled, { reduce: 30, relate: 20 });
    await looks(1);
    expect(Object.fromEntries(flow.lags())).toEqual({ reduce: 20, relate: 0 });
  });

  test('stands still when nothing moves though there is something to do', async () => {
    const { flow, ends, handled, looks } = flowing();
    ends['raw'] = 50;
    handled['reduce'] = 30;
    await looks(4);
    expect(flow.stalled(30_000)).toEqual([]);
    await looks(1);
    expect(flow.stalled(30_000)).toEqual([
      { graph: 'reduce', topic: 'raw', partition: 0, handled: 30, end: 50, sinceMs: 40_000 },
    ]);
  });

  test('does not stand still when there is nothing to do, however long', async () => {
    const { flow, ends, handled, looks } = flowing();
    await looks(20);
    expect(flow.stalled(30_000)).toEqual([]);
    ends['raw'] = 1;
    await looks(3);
    expect(flow.stalled(30_000)).toEqual([]);
    handled['reduce'] = 1;
    await looks(20);
    expect(flow.stalled(30_000)).toEqual([]);
  });

  test('does not stand still while it moves, even if it never catches up', async () => {
    const { flow, ends, handled, looks } = flowing();
    for (let look = 0; look < 20; look += 1) {
      Object.assign(ends, { raw: 1_000 * (look + 1) });
      Object.assign(handled, { reduce: look });
      await looks(1);
    }
    expect(flow.stalled(15_000)).toEqual([]);
  });

  test('stays as it was last seen while the broker is away', async () => {
    const { flow, ends, looks, setAway } = flowing();
    ends['raw'] = 5;
    await looks(1);
    setAway(true);
    ends['raw'] = 500;
    await looks(3);
    expect(flow.lags().get('reduce')).toBe(5);
    setAway(false);
    await looks(1);
    expect(flow.lags().get('reduce')).toBe(500);
  });

  test('is not looked at any more once it is stopped', async () => {
    const { flow, looks, clock } = flowing();
    await looks(1);
    flow.stop();
    expect(clock.nextDue()).toBeNull();
  });
});
