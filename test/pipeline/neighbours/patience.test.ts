import { describe, expect, test } from 'vitest';
import { patiently } from '../../../pipeline/neighbours/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { type ErrorCode, TocsinError } from '../../../schemas/errors.ts';

/** A neighbour that fails the given number of times, asked on a virtual clock that starts at 0. */
function asking(fails: number, code: ErrorCode, deadline = 10_000) {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const asked: number[] = [];
  const waits: string[] = [];
  const answer = patiently(
    'state',
    async () => {
      asked.push(clock.now());
      if (asked.length <= fails) throw new TocsinError(code, `attempt ${asked.length}`);
      return 'here';
    },
    {
      ...{ clock, deadline, signal: stop.signal },
      onWait: (neighbour, error) => waits.push(`${neighbour}: ${error.detail}`),
    },
  );
  // Whoever awaits it later still gets the failure.
  answer.catch(() => undefined);
  /** Moves the clock to each attempt that is due, until none is. */
  const runClock = async (until = Number.POSITIVE_INFINITY): Promise<void> => {
    for (;;) {
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
      const due = clock.nextDue();
      if (due === null || due > until) return;
      clock.advanceTo(due);
    }
  };
  return { answer, asked, waits, runClock, stop };
}

describe('a neighbour that does not answer yet', () => {
  test('is asked again after longer and longer pauses, each of them told', async () => {
    const { answer, asked, waits, runClock } = asking(3, 'state.unavailable');
    await runClock();
    expect(await answer).toBe('here');
    expect(asked).toEqual([0, 250, 750, 1_750]);
    expect(waits).toEqual(['state: attempt 1', 'state: attempt 2', 'state: attempt 3']);
  });

  test('is given up at the deadline, with the newest failure', async () => {
    const { answer, asked, runClock } = asking(99, 'broker.unavailable');
    await runClock();
    await expect(answer).rejects.toMatchObject({ code: 'broker.unavailable', detail: 'attempt 6' });
    expect(asked).toEqual([0, 250, 750, 1_750, 3_750, 7_750]);
  });

  test('is given up when the wait is called off, in the middle of a pause', async () => {
    const { answer, asked, runClock, stop } = asking(99, 'registry.unavailable');
    await runClock(750);
    stop.abort();
    await expect(answer).rejects.toMatchObject({ detail: 'attempt 3' });
    expect(asked).toEqual([0, 250, 750]);
  });
});

test('a neighbour that neither answers nor fails is not waited for when the wait is called off', async () => {
  const stop = new AbortController();
  const options = { clock: new VirtualClock(), deadline: 10_000, onWait: () => {}, signal: stop.signal };
  const answer = patiently('broker', () => new Promise<void>(() => {}), options);
  stop.abort();
  await expect(answer).rejects.toMatchObject({ code: 'api.not-taking' });
});

test.each<ErrorCode>(['broker.unauthorized', 'state.evicts', 'registry.refused', 'warehouse.no-access'])(
  'a refusal with %s is final',
  async (code) => {
    const { answer, asked } = asking(1, code);
    await expect(answer).rejects.toMatchObject({ code, exitCode: 78 });
    expect(asked).toEqual([0]);
  },
);
