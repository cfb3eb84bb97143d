import { describe, expect, test } from 'vitest';
import { stopInOrder } from '../../../pipeline/live/stop-in-order.ts';
import { Opened } from '../../../pipeline/neighbours/index.ts';
import { noOutcomes } from '../../../pipeline/shard/index.ts';
import { openLog } from '../../../pipeline/telemetry/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';

const never = (): Promise<void> => new Promise(() => {});
const counts = { stages: [], rows: 0, timers: 0, shed: 0, outcomes: noOutcomes() };

/** A worker and one thing beside it that stop as they are told to, with 10 s for all of it. */
function stopping(stopWorker: () => Promise<void>, closeOther: () => Promise<void> = async () => {}) {
  const clock = new VirtualClock();
  const done: string[] = [];
  const noting = (what: string, act: () => Promise<void>) => async (): Promise<void> => {
    await act();
    done.push(what);
  };
  const logged: Record<string, unknown>[] = [];
  const opened = new Opened();
  opened.add(noting('closed', closeOther));
  const stopped = stopInOrder({
    ...{ clock, opened, budgetMs: 10_000, neighbours: { embeddedBroker: null } },
    worker: {
      ...{ held: 0, counts: () => counts, store: async () => {} },
      stop: noting('stopped', stopWorker),
      drop: () => done.push('dropped'),
    },
    log: openLog('info', { write: (line: string) => void logged.push(JSON.parse(line)) }),
  });
  return { stopped, done, logged, clock };
}

/** Lets everything happen that needs no time. */
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe('a worker that is told to stop', () => {
  test('lets go of everything in order', async () => {
    const { stopped, done, logged, clock } = stopping(async () => {});
    expect(await stopped).toBe(true);
    expect(done).toEqual(['stopped', 'closed']);
    expect(logged.map(({ code }) => code)).toEqual(['stopped']);
    expect(clock.nextDue()).toBeNull();
  });

  test('is dropped when a neighbour keeps it from that; the rest is closed all the same', async () => {
    const { stopped, done, logged, clock } = stopping(never);
    await turns();
    // Before the time is over: what is dropped leaves its groups while the rest is closed.
    clock.advanceTo(8_000);
    expect(await stopped).toBe(false);
    expect(done).toEqual(['dropped', 'closed']);
    expect(logged).toMatchObject([{ code: 'stop-cut', budgetMs: 10_000, failures: [] }]);
  });

  test('does not wait for what does not close either', async () => {
    const { stopped, done, clock } = stopping(async () => {}, never);
    await turns();
    clock.advanceTo(10_000);
    expect(await stopped).toBe(false);
    expect(done).toEqual(['stopped']);
  });

  test('is dropped when it fails to stop, and says why', async () => {
    const { stopped, done, logged } = stopping(() => Promise.reject(new Error('the state is away')));
    expect(await stopped).toBe(false);
    expect(done).toEqual(['dropped', 'closed']);
    expect(logged).toMatchObject([{ code: 'stop-cut', failures: ['the state is away'] }]);
  });
});
