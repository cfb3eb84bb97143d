import { describe, expect, test, vi } from 'vitest';
import { LogEnds } from '../../../../pipeline/broker/kafka/log-ends.ts';

const place = { topic: 't', partition: 0 };

/** Log ends in front of a broker that gives these answers, the last one again and again. */
function ends(...answers: readonly { readonly low: number; readonly high: number }[]) {
  let asked = 0;
  const admin = {
    committedOffsets: async () => [],
    watermarks: async () => answers[Math.min(asked++, answers.length - 1)] ?? { low: 0, high: 0 },
  };
  return { of: new LogEnds(admin, 'g'), asked: () => asked };
}

async function clamped(log: ReturnType<typeof ends>, offset: number, isWanted = () => true): Promise<number> {
  vi.useFakeTimers();
  try {
    const found = log.of.clamp(place, offset, isWanted);
    await vi.runAllTimersAsync();
    return await found;
  } finally {
    vi.useRealTimers();
  }
}

describe('where reading may start', () => {
  test.each([5, 7, 9])('%i lies in the log or at its end', async (offset) => {
    const log = ends({ low: 5, high: 9 });
    expect(await clamped(log, offset)).toBe(offset);
    expect(log.asked()).toBe(1);
  });

  test('before the log it is its first offset, at once', async () => {
    const log = ends({ low: 5, high: 9 });
    expect(await clamped(log, 4)).toBe(5);
    expect(log.asked()).toBe(1);
  });

  test('a new leader that does not know yet how long the log is makes nobody begin anew', async () => {
    const log = ends({ low: 0, high: 0 }, { low: 0, high: 8 }, { low: 0, high: 9 });
    expect(await clamped(log, 9)).toBe(9);
  });

  test('behind the end it is the first offset, when that stays so', async () => {
    const log = ends({ low: 5, high: 9 });
    expect(await clamped(log, 10)).toBe(5);
    expect(log.asked()).toBe(5);
  });

  test('it is not waited for when nobody wants to know any more', async () => {
    const log = ends({ low: 5, high: 9 });
    expect(await clamped(log, 10, () => log.asked() === 0)).toBe(5);
    expect(log.asked()).toBe(1);
  });
});
