import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../pipeline/time/index.ts';

describe('VirtualClock', () => {
  test('calls fire in the order of their due time, and of scheduling where those are equal', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    for (const [name, due] of [
      ['late', 30],
      ['first of two', 20],
      ['early', 10],
      ['second of two', 20],
    ] as const) {
      clock.schedule(due, () => fired.push(name));
    }
    clock.advanceTo(30);
    expect(fired).toEqual(['early', 'first of two', 'second of two', 'late']);
  });

  test('a call sees the time it was due at, and the clock ends where it was sent', () => {
    const clock = new VirtualClock(5);
    const seen: number[] = [];
    clock.schedule(10, () => seen.push(clock.now()));
    clock.schedule(3, () => seen.push(clock.now()));
    clock.advanceTo(50);
    expect(seen).toEqual([5, 10]);
    expect(clock.now()).toBe(50);
  });

  test('what is not due yet waits, and nextDue names it', () => {
    const clock = new VirtualClock();
    let count = 0;
    clock.schedule(10, () => {
      count += 1;
    });
    clock.advanceTo(9);
    expect([count, clock.nextDue()]).toEqual([0, 10]);
    clock.advanceTo(10);
    expect([count, clock.nextDue()]).toEqual([1, null]);
  });

  test('a call taken back never fires and is not named as the next', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const takeBack = clock.schedule(10, () => fired.push('taken back'));
    clock.schedule(20, () => fired.push('kept'));
    takeBack();
    expect(clock.nextDue()).toBe(20);
    clock.advanceTo(20);
    expect(fired).toEqual(['kept']);
  });

  test('what a call schedules within the same advance fires in it, at its own time', () => {
    const clock = new VirtualClock();
    const ticks: number[] = [];
    const tick = (): void => {
      ticks.push(clock.now());
      clock.schedule(clock.now() + 10, tick);
    };
    clock.schedule(10, tick);
    clock.advanceTo(35);
    expect(ticks).toEqual([10, 20, 30]);
    expect(clock.nextDue()).toBe(40);
  });

  test('the clock never goes back', () => {
    const clock = new VirtualClock(100);
    clock.advanceTo(50);
    expect(clock.now()).toBe(100);
  });

  test('any calls fire as a stable sort by due time would order them, whatever is taken back', () => {
    const calls = fc.array(fc.record({ due: fc.nat(20), isTakenBack: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(calls, fc.nat(20), (plan, until) => {
        const clock = new VirtualClock();
        const fired: number[] = [];
        plan.forEach(({ due, isTakenBack }, i) => {
          const takeBack = clock.schedule(due, () => fired.push(i));
          if (isTakenBack) takeBack();
        });
        clock.advanceTo(until);
        const expected = plan
          .map((call, i) => ({ ...call, i }))
          .filter(({ due, isTakenBack }) => !isTakenBack && due <= until)
          .sort((a, b) => a.due - b.due || a.i - b.i);
        expect(fired).toEqual(expected.map(({ i }) => i));
      }),
    );
  });
});
