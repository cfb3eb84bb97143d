import kafkajs, { type Consumer } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PersistentRun } from '../../../../pipeline/broker/kafka/persistent-run.ts';
import { within } from '../../../../pipeline/broker/kafka/settlement.ts';

type Crash = { readonly payload: { readonly error: Error; readonly restart: boolean } };

/** kafkajs' consumer as far as its running goes: `runs` are told, and fail while there are `faults`. */
function scripted() {
  const faults: Error[] = [];
  const told: string[] = [];
  let crash: (event: Crash) => void = () => {};
  const client = {
    events: { CRASH: 'crash' },
    on: (_name: string, listener: (event: Crash) => void) => {
      crash = listener;
    },
    connect: async () => void told.push('connect'),
    subscribe: async () => void told.push('subscribe'),
    run: async () => {
      told.push('run');
      const fault = faults.shift();
      if (fault !== undefined) throw fault;
    },
    stop: async () => void told.push('stop'),
    disconnect: async () => void told.push('disconnect'),
  };
  // Only what is above is used of it.
  return {
    told,
    faults,
    client: client as unknown as Consumer,
    crash: (error: Error, restart: boolean) => crash({ payload: { error, restart } }),
  };
}

const noCoordinator = new kafkajs.KafkaJSNonRetriableError('Failed to find group coordinator');

describe('a consumer that runs until it is ended', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function open() {
    const script = scripted();
    const failures: Error[] = [];
    let breakdowns = 0;
    const run = new PersistentRun(script.client, {
      ...{ group: 'g', topics: ['t'], eachBatch: async () => {} },
      onBreakdown: () => {
        breakdowns += 1;
      },
      onFailure: (error) => failures.push(error),
    });
    return { ...script, run, failures, breakdowns: () => breakdowns };
  }

  test('joins again by itself when kafkajs gave up in an outage', async () => {
    const { told, crash, failures, breakdowns, run } = open();
    await run.start();
    crash(noCoordinator, false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual(['connect', 'subscribe', 'run', 'connect', 'run']);
    expect([failures, breakdowns()]).toEqual([[], 1]);
  });

  test('tries for as long as the outage lasts', async () => {
    const { told, faults, crash, failures, run } = open();
    await run.start();
    faults.push(noCoordinator, noCoordinator, noCoordinator);
    crash(noCoordinator, false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told.filter((word) => word === 'run')).toHaveLength(5);
    expect(told.filter((word) => word === 'stop')).toHaveLength(3);
    expect(failures).toEqual([]);
  });

  test('leaves it to kafkajs where that begins anew', async () => {
    const { told, crash, breakdowns, run } = open();
    await run.start();
    crash(noCoordinator, true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([told.length, breakdowns()]).toEqual([3, 1]);
  });

  test.each([
    ['what the cluster refuses', Object.assign(new Error('no'), { type: 'GROUP_AUTHORIZATION_FAILED' })],
    ['a slip of code', new TypeError('x is undefined')],
  ])('gives up on %s', async (_name, error) => {
    const { crash, failures, told, run } = open();
    await run.start();
    crash(error, false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([failures.length, told.length]).toEqual([1, 3]);
  });

  test('does not come back once it is ended', async () => {
    const { told, crash, run } = open();
    await run.start();
    crash(noCoordinator, false);
    await run.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told.filter((word) => word === 'run')).toHaveLength(1);
  });
});

describe('time that a process is given', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('is over when it has passed', async () => {
    const outcome = within(10_000, new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(9_999);
    const pending = await Promise.race([outcome, Promise.resolve('waiting')]);
    await vi.advanceTimersByTimeAsync(1);
    expect([pending, await outcome]).toEqual(['waiting', false]);
  });

  test('is not used up by being frozen', async () => {
    let finish = (): void => {};
    const outcome = within(10_000, new Promise<void>((resolve) => (finish = resolve)));
    // Frozen for a minute: when the process wakes, one timer is due, and everything else comes after it.
    vi.setSystemTime(Date.now() + 60_000);
    await vi.advanceTimersToNextTimerAsync();
    finish();
    expect(await outcome).toBe(true);
  });
});
