import { describe, expect, test } from 'vitest';
import { type Attempt, Retry, VirtualClock } from '../../../pipeline/time/index.ts';
import { isPassing } from '../../../pipeline/warehouse/passing.ts';
import { type ErrorCode, TocsinError } from '../../../schemas/errors.ts';

/** A retry on a virtual clock, and an action that fails the given number of times. */
function failing(times: number, code: ErrorCode = 'warehouse.unavailable') {
  const clock = new VirtualClock();
  const attempts: Attempt[] = [];
  const retry = new Retry({
    ...{ clock, minMs: 100, maxMs: 1_000, isPassing },
    onRetry: (attempt) => attempts.push(attempt),
  });
  const calls: number[] = [];
  const done = retry.run('insert', async () => {
    calls.push(clock.now());
    if (calls.length <= times) throw new TocsinError(code, 'away');
  });
  /** Lets the action fail, then moves the clock to the next attempt, until nothing is scheduled any more. */
  const runClock = async (): Promise<void> => {
    for (;;) {
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      const due = clock.nextDue();
      if (due === null) return;
      clock.advanceTo(due);
    }
  };
  return { retry, done, calls, attempts, runClock, clock };
}

describe('Retry', () => {
  test('what succeeds is done once', async () => {
    const { done, calls } = failing(0);
    await done;
    expect(calls).toEqual([0]);
  });

  test('pauses double up to the longest one', async () => {
    const { done, calls, runClock } = failing(6);
    await runClock();
    await done;
    expect(calls).toEqual([0, 100, 300, 700, 1_500, 2_500, 3_500]);
  });

  test('says what failed, how often, and how long it waits', async () => {
    const { done, attempts, runClock } = failing(2);
    await runClock();
    await done;
    expect(attempts).toMatchObject([
      { doing: 'insert', attempt: 1, delayMs: 100 },
      { doing: 'insert', attempt: 2, delayMs: 200 },
    ]);
  });

  test.each(['warehouse.refused', 'broker.illegal-generation'] as const)(
    '%s is not repeated',
    async (code) => {
      const { done, calls } = failing(9, code);
      await expect(done).rejects.toMatchObject({ code });
      expect(calls).toHaveLength(1);
    },
  );

  test('ended while it waits, it tries once more and gives up', async () => {
    const { retry, done, calls, clock } = failing(9);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    expect(retry.isWaiting).toBe(true);
    retry.end();
    await expect(done).rejects.toMatchObject({ code: 'warehouse.unavailable' });
    expect([calls, clock.nextDue()]).toEqual([[0, 0], null]);
  });
});
