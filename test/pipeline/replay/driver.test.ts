import { describe, expect, test } from 'vitest';
import type { ProduceRecord } from '../../../pipeline/broker/index.ts';
import { drive } from '../../../pipeline/replay/driver.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';

interface Driven {
  /** What happened, in order: `10 at 9` = the record of time 9 came in when the clock showed 10. */
  readonly log: string[];
  readonly isWhole: boolean;
}

/** Drives records of the given times; a timer of the worker fires in the first beat at or after it. */
async function driveThrough(
  times: readonly number[],
  {
    timers = [],
    maxInFlight = 100,
    partitions = 1,
    endAt = Number.POSITIVE_INFINITY,
  }: { timers?: readonly number[]; maxInFlight?: number; partitions?: number; endAt?: number } = {},
): Promise<Driven> {
  const log: string[] = [];
  const clock = new VirtualClock();
  let waiting = [...timers];
  let inFlight = 0;
  const isWhole = await drive(
    {
      length: times.length,
      at: (index) => ({ at: times[index] ?? 0, value: Buffer.from(`${times[index]}`) }),
    },
    {
      clock,
      topic: 'raw',
      partitions,
      maxInFlight,
      tickMs: 10,
      worker: {
        nextDue: () => (waiting.length === 0 ? null : Math.min(...waiting)),
        beat: async () => {
          log.push(`beat ${clock.now()}`);
          waiting = waiting.filter((due) => due > clock.now());
        },
      },
      broker: {
        idle: async () => {
          inFlight = 0;
        },
      },
      producer: {
        send: async (records: readonly ProduceRecord[]) => {
          inFlight += records.length;
          if (inFlight > maxInFlight) log.push(`too much: ${inFlight}`);
          for (const { value, timestamp, partition } of records)
            log.push(`${partition}: ${value} stamped ${timestamp} at ${clock.now()}`);
          return [];
        },
      },
      onTick: async (tick) => tick <= endAt,
    },
  );
  return { log, isWhole };
}

describe('virtual time', () => {
  test('reaches a tick only after every record before it is in', async () => {
    const { log } = await driveThrough([1, 9, 10, 19, 20]);
    expect(log).toEqual([
      '0: 1 stamped 1 at 9',
      '0: 9 stamped 9 at 9',
      'beat 10',
      '0: 10 stamped 10 at 19',
      '0: 19 stamped 19 at 19',
      'beat 20',
      '0: 20 stamped 20 at 20',
      'beat 30',
    ]);
  });

  test('jumps over what holds nothing, however long', async () => {
    const { log } = await driveThrough([5, 86_400_005], { timers: [43_200_000] });
    expect(log.filter((line) => line.startsWith('beat'))).toEqual([
      'beat 10',
      'beat 43200010',
      'beat 86400010',
    ]);
  });

  test('goes on after the last record until no timer is left', async () => {
    const { log, isWhole } = await driveThrough([1], { timers: [25, 90] });
    expect(log.slice(1)).toEqual(['beat 10', 'beat 30', 'beat 100']);
    expect(isWhole).toBe(true);
  });

  test('does nothing at all without records and timers', async () => {
    expect(await driveThrough([])).toEqual({ log: [], isWhole: true });
  });

  test('ends where it is told to', async () => {
    const { log, isWhole } = await driveThrough([1, 11, 21], { endAt: 20 });
    expect(log.filter((line) => line.startsWith('beat'))).toEqual(['beat 10', 'beat 20']);
    expect(isWhole).toBe(false);
  });

  test('never goes back, even where an input does', async () => {
    const { log } = await driveThrough([15, 4]);
    expect(log).toEqual(['0: 15 stamped 15 at 15', '0: 4 stamped 15 at 15', 'beat 20']);
  });
});

describe('records', () => {
  test('go into the partitions in turn', async () => {
    const { log } = await driveThrough([1, 2, 3, 4], { partitions: 3 });
    expect(log.slice(0, 4).map((line) => line.slice(0, 4))).toEqual(['0: 1', '1: 2', '2: 3', '0: 4']);
  });

  test('are put in by portions, each processed before the next', async () => {
    const { log } = await driveThrough([1, 2, 3, 4, 5], { maxInFlight: 2 });
    expect(log.map((line) => line.split(' at ')[1] ?? line)).toEqual(['2', '2', '4', '4', '5', 'beat 10']);
  });
});
