import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SystemClock } from '../../../pipeline/time/index.ts';

const start = 1_700_000_000_000;

describe('SystemClock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: start });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('it tells the wall clock', () => {
    expect(new SystemClock().now()).toBe(start);
  });

  test('a call fires once, when its time has come', () => {
    const act = vi.fn();
    new SystemClock().schedule(start + 1_000, act);
    vi.advanceTimersByTime(999);
    expect(act).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5_000);
    expect(act).toHaveBeenCalledOnce();
  });

  test('a call that is due already fires soon, not within schedule', () => {
    const act = vi.fn();
    new SystemClock().schedule(start - 1, act);
    expect(act).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(act).toHaveBeenCalledOnce();
  });

  test('a call that is taken back never fires', () => {
    const act = vi.fn();
    new SystemClock().schedule(start + 10, act)();
    vi.advanceTimersByTime(100);
    expect(act).not.toHaveBeenCalled();
  });

  test('a call further away than setTimeout can count waits its whole time, and can still be taken back', () => {
    const [act, never] = [vi.fn(), vi.fn()];
    const due = start + 40 * 86_400_000;
    new SystemClock().schedule(due, act);
    const takeBack = new SystemClock().schedule(due, never);
    vi.advanceTimersByTime(39 * 86_400_000);
    expect(act).not.toHaveBeenCalled();
    takeBack();
    vi.advanceTimersByTime(86_400_000);
    expect(act).toHaveBeenCalledOnce();
    expect(never).not.toHaveBeenCalled();
  });

  test('when the wall clock was set back, a call waits for it to show the due time', () => {
    const act = vi.fn();
    new SystemClock().schedule(start + 1_000, act);
    vi.setSystemTime(start - 500);
    vi.advanceTimersByTime(1_000);
    expect(act).not.toHaveBeenCalled();
    vi.advanceTimersByTime(500);
    expect(act).toHaveBeenCalledOnce();
  });
});
