import { describe, expect, test } from 'vitest';
import { type Beat, Pulse } from '../../../pipeline/health/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

/** Two neighbours, asked every 5 s for at most 4 s, on a clock that starts at 0. */
function pulsing() {
  const clock = new VirtualClock();
  const answers: Record<string, () => Promise<unknown>> = {
    broker: async () => 'here',
    state: async () => 'here',
  };
  const changes: string[] = [];
  const pulse = new Pulse({
    clock,
    ...{ everyMs: 5_000, patienceMs: 4_000 },
    neighbours: ['broker', 'state'].map((name) => ({
      name,
      ask: () => answers[name]?.() ?? Promise.reject(),
    })),
    onChange: ({ name, isUp }) => changes.push(`${name} ${isUp ? 'back' : 'away'} at ${clock.now()}`),
  });
  const goTo = async (at: number): Promise<void> => {
    for (let due = clock.nextDue(); due !== null && due <= at; due = clock.nextDue()) {
      clock.advanceTo(due);
      await turns();
    }
    clock.advanceTo(at);
    await turns();
  };
  const beatOf = (name: string): Beat | undefined => pulse.beats.find((beat) => beat.name === name);
  return { pulse, answers, changes, goTo, beatOf, clock };
}

describe('the pulse of a neighbour', () => {
  test('is good from the beginning, and while it answers', async () => {
    const { goTo, pulse, changes } = pulsing();
    expect(pulse.beats.map(({ isUp }) => isUp)).toEqual([true, true]);
    await goTo(60_000);
    expect(pulse.beats.map(({ isUp }) => isUp)).toEqual([true, true]);
    expect(changes).toEqual([]);
  });

  test('is lost when it refuses, with the reason and since when; told once, and once when it is back', async () => {
    const { answers, goTo, beatOf, changes } = pulsing();
    answers['state'] = () => Promise.reject(new Error('refused'));
    await goTo(20_000);
    expect(beatOf('state')).toEqual({ name: 'state', isUp: false, since: 5_000, detail: 'refused' });
    answers['state'] = async () => 'here';
    await goTo(25_000);
    expect(beatOf('state')).toMatchObject({ isUp: true, detail: '' });
    expect(changes).toEqual(['state away at 5000', 'state back at 25000']);
  });

  test('is lost when it does not answer in time, and hides no other', async () => {
    const { answers, goTo, beatOf, changes } = pulsing();
    answers['broker'] = () => new Promise(() => {});
    answers['state'] = () => Promise.reject(new Error('refused'));
    await goTo(9_000);
    expect(beatOf('broker')).toMatchObject({ isUp: false, detail: 'no answer within 4000 ms' });
    expect(changes).toEqual(['state away at 5000', 'broker away at 9000']);
  });

  test('is not taken any more once it is stopped', async () => {
    const { pulse, goTo, clock } = pulsing();
    await goTo(5_000);
    pulse.stop();
    expect(clock.nextDue()).toBeNull();
  });
});
