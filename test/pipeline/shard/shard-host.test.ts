import { Subject } from 'rxjs';
import { beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lift } from '../../../operators/lift.ts';
import { type Clock, defineOperator, type Time } from '../../../operators/operator.ts';
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
      if (key === 'every 10' && clock === 'at') step.wakeAt(key, due + 10);
      else if (key === 'every 10') step.closeAt(key, due + 10);
      else if (key === 'set at') step.wakeAt('of the past', due);
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
  const advance = (to: Time) => {
    host.moveTo(to.at, to.complete);
    expect(host.fireDue()).toBe(true);
  };
  const set = (clock: Clock, key: string, due: number) => events.next({ kind: 'set', clock, key, due });

  test('of timers due at one time, that of the earlier stage fires first', () => {
    set('at', 'k', 10);
    advance({ at: 10, complete: 0 });
    expect(journal).toEqual(['first at k 10', 'second at k 10', 'third at k 10']);
  });

  test('the clock `at` fires before `complete`, each in the order of due times', () => {
    set('complete', 'c', 1);
    set('at', 'b', 9);
    set('at', 'a', 5);
    advance({ at: 10, complete: 10 });
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
    advance({ at: 30, complete: 0 });
    expect(journal.filter((line) => line.startsWith('second'))).toEqual([
      'second at every 10 10',
      'second at every 10 20',
      'second at k 25',
      'second at every 10 30',
    ]);
    expect(host.nextDue()).toBe(40);
  });

  test.each([1, 2, 3, 5])(
    'stopped after every %i timers, it fires the same ones in the same order',
    (atOnce) => {
      set('at', 'every 10', 10);
      set('at', 'k', 25);
      set('complete', 'every 10', 5);
      advance({ at: 30, complete: 20 });
      const atOneGo = journal.splice(0);
      set('at', 'every 10', 40);
      set('at', 'k', 55);
      set('complete', 'every 10', 35);
      host.moveTo(60, 50);
      let stops = 0;
      while (!host.fireDue(atOnce)) {
        stops += 1;
        expect(journal).toHaveLength(stops * atOnce);
      }
      expect(stops).toBe(Math.ceil(atOneGo.length / atOnce) - 1);
      expect(journal).toEqual(atOneGo.map((line) => line.replace(/\d+$/, (due) => String(Number(due) + 30))));
    },
  );

  test('what a timer on `complete` sets on `at` waits for the next time, stopped in between or not', () => {
    for (const atOnce of [1, 10]) {
      journal.length = 0;
      set('complete', 'set at', 10);
      host.moveTo(50, 20);
      while (!host.fireDue(atOnce));
      expect(journal.filter((line) => line.startsWith('first'))).toEqual(['first complete set at 10']);
      expect(host.fireDue()).toBe(true);
      expect(journal.filter((line) => line.startsWith('first'))).toEqual([
        'first complete set at 10',
        'first at of the past 10',
      ]);
    }
  });

  test('counts stand in the order of the graph', () => {
    set('at', 'k', 10);
    expect(host.counts).toEqual(['first', 'second', 'third'].map((stage) => ({ stage, in: 1, out: 1 })));
  });

  test('timer changes are those since the last call: set, fired, taken back', () => {
    set('at', 'a', 10);
    set('complete', 'b', 20);
    expect(host.takeTimerChanges()).toHaveLength(6);
    advance({ at: 10, complete: 0 });
    const fired = host.takeTimerChanges().map(({ stage, key, due }) => `${stage} ${key} ${due}`);
    expect(new Set(fired)).toEqual(new Set(['first a null', 'second a null', 'third a null']));
    expect(host.takeTimerChanges()).toEqual([]);
  });

  test('poking a stage that is not there is a broken promise', () => {
    expect(() => host.poke('fourth', 'k')).toThrow(expect.objectContaining({ code: 'invariant.broken' }));
  });
});
