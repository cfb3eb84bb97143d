import { Subject } from 'rxjs';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lift } from '../../../operators/lift.ts';
import { type Clock, defineOperator } from '../../../operators/operator.ts';
import { ShardHost } from '../../../pipeline/shard/shard-host.ts';

interface Set {
  readonly kind: 'set';
  readonly clock: Clock;
  readonly key: string;
  readonly due: number;
}

/** Sets the timer it is told, hands the event on, and says when the timer fires; sets it again when its key says so. */
const alarm = (name: string, journal: string[]) =>
  defineOperator<Set>()({
    name,
    config: z.object({}),
    tables: {},
    derive: () => null,
    on: {
      set(step, event) {
        if (event.clock === 'at') step.wakeAt(event.key, event.due);
        else step.closeAt(event.key, event.due);
        step.emit(event);
      },
    },
    onTimer(step, { key, clock, due }) {
      journal.push(`${name} ${clock} ${key} ${due}`);
      if (key === 'every 10') step.wakeAt(key, due + 10);
    },
  });

describe('ShardHost', () => {
  let journal: string[];
  let host: ShardHost;
  let events: Subject<Set>;
  beforeEach(() => {
    journal = [];
    events = new Subject();
    host = new ShardHost(() => {});
    const graph = events.pipe(
      lift(alarm('first', journal), {}, host),
      lift(alarm('second', journal), {}, host),
      lift(alarm('third', journal), {}, host),
    );
    graph.subscribe();
  });
  const set = (clock: Clock, key: string, due: number) => events.next({ kind: 'set', clock, key, due });

  test('of timers due at one time, that of the earlier stage fires first', () => {
    set('at', 'k', 10);
    host.advance({ at: 10, complete: 0 });
    expect(journal).toEqual(['first at k 10', 'second at k 10', 'third at k 10']);
  });

  test('the clock `at` fires before `complete`, each in the order of due times', () => {
    set('complete', 'c', 1);
    set('at', 'b', 9);
    set('at', 'a', 5);
    host.advance({ at: 10, complete: 10 });
    expect(journal.filter((line) => line.startsWith('first'))).toEqual([
      'first at a 5',
      'first at b 9',
      'first complete c 1',
    ]);
  });

  test('a timer that is set to what it is set to is no change to be stored', () => {
    set('at', 'k', 10);
    expect(host.takeTimerChanges()).toHaveLength(3);
    set('at', 'k', 10);
    expect(host.takeTimerChanges()).toEqual([]);
    set('at', 'k', 11);
    set('at', 'k', 10);
    expect(host.takeTimerChanges().map(({ due }) => due)).toEqual([10, 10, 10]);
  });

  test('a timer set while timers fire fires in its place when it is due too', () => {
    set('at', 'every 10', 10);
    set('at', 'k', 25);
    host.advance({ at: 30, complete: 0 });
    expect(journal.filter((line) => line.startsWith('second'))).toEqual([
      'second at every 10 10',
      'second at every 10 20',
      'second at k 25',
      'second at every 10 30',
    ]);
    expect(host.nextDue()).toBe(40);
  });

  test('counts stand in the order of the graph', () => {
    set('at', 'k', 10);
    expect(host.counts).toEqual(['first', 'second', 'third'].map((stage) => ({ stage, in: 1, out: 1 })));
  });

  test('timer changes are those since the last call: set, fired, taken back', () => {
    set('at', 'a', 10);
    set('complete', 'b', 20);
    expect(host.takeTimerChanges()).toHaveLength(6);
    host.advance({ at: 10, complete: 0 });
    const fired = host.takeTimerChanges().map(({ stage, key, due }) => `${stage} ${key} ${due}`);
    expect(new Set(fired)).toEqual(new Set(['first a null', 'second a null', 'third a null']));
    expect(host.takeTimerChanges()).toEqual([]);
  });

  test('poking a stage that is not there is a broken promise', () => {
    expect(() => host.poke('fourth', 'k')).toThrow(expect.objectContaining({ code: 'invariant.broken' }));
  });
});
