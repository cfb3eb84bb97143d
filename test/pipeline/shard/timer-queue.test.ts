import { describe, expect, test } from 'vitest';
import { TimerQueue } from '../../../pipeline/shard/timer-queue.ts';

function drain(queue: TimerQueue, now: number): string[] {
  const fired: string[] = [];
  for (let timer = queue.takeDue(now); timer !== null; timer = queue.takeDue(now))
    fired.push(`${timer.due} ${timer.stage} ${timer.key}`);
  return fired;
}

describe('TimerQueue', () => {
  const cases: readonly [string, readonly (readonly [number, string, number | null])[], readonly string[]][] =
    [
      [
        'the earlier due time fires first',
        [
          [0, 'b', 20],
          [0, 'a', 30],
          [0, 'c', 10],
        ],
        ['10 0 c', '20 0 b', '30 0 a'],
      ],
      [
        'of one due time, the stage that stands earlier in the graph',
        [
          [0, 'a', 5],
          [2, 'b', 5],
          [1, 'c', 5],
        ],
        ['5 2 b', '5 1 c', '5 0 a'],
      ],
      [
        'of one due time and stage, the smaller key',
        [
          [0, 'b', 5],
          [0, 'a', 5],
          [0, 'B', 5],
        ],
        ['5 0 B', '5 0 a', '5 0 b'],
      ],
      [
        'a timer set anew replaces the one it was',
        [
          [0, 'a', 5],
          [0, 'a', 50],
          [0, 'b', 20],
        ],
        ['20 0 b', '50 0 a'],
      ],
      [
        'a timer set to the same time stays as it is',
        [
          [0, 'a', 5],
          [0, 'a', 5],
        ],
        ['5 0 a'],
      ],
      [
        'null takes it back',
        [
          [0, 'a', 5],
          [0, 'b', 6],
          [0, 'a', null],
        ],
        ['6 0 b'],
      ],
      ['taking back what was never set does nothing', [[0, 'a', null]], []],
      [
        'equal keys of two stages are two timers',
        [
          [0, 'a', 5],
          [1, 'a', 6],
          [1, 'a', null],
        ],
        ['5 0 a'],
      ],
      [
        'what is due later waits',
        [
          [0, 'a', 100],
          [0, 'b', 101],
        ],
        ['100 0 a'],
      ],
    ];
  test.each(cases)('%s', (_name, sets, fired) => {
    const queue = new TimerQueue('at');
    for (const [stage, key, due] of sets) queue.set(stage, key, due);
    expect(drain(queue, 100)).toEqual(fired);
  });

  test('the order of firing does not depend on the order of setting', () => {
    const timers = Array.from({ length: 60 }, (_, i) => [i % 3, `k${i % 7}`, (i * 37) % 11] as const);
    const fill = (order: typeof timers) => {
      const queue = new TimerQueue('at');
      for (const [stage, key, due] of order) queue.set(stage, `${key}-${due}`, due);
      return drain(queue, 100);
    };
    expect(fill([...timers].reverse())).toEqual(fill(timers));
  });

  test('a fired timer is gone, and may be set again', () => {
    const queue = new TimerQueue('at');
    queue.set(0, 'a', 5);
    expect(drain(queue, 5)).toEqual(['5 0 a']);
    expect([queue.size, queue.nextDue()]).toEqual([0, null]);
    queue.set(0, 'a', 5);
    expect([queue.size, queue.nextDue(), drain(queue, 5)]).toEqual([1, 5, ['5 0 a']]);
  });

  test('a far timer that every event moves on leaves nothing behind', () => {
    const queue = new TimerQueue('at');
    for (let event = 0; event < 20_000; event += 1) queue.set(0, `occurrence ${event % 10}`, 1e9 + event);
    expect(queue.size).toBe(10);
    expect(queue.held).toBeLessThan(200);
    expect([...queue.all()].map(({ due }) => due - 1e9).sort()).toEqual(
      Array.from({ length: 10 }, (_, i) => 19_990 + i),
    );
  });
});
