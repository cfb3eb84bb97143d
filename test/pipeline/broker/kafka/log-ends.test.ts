import { describe, expect, test } from 'vitest';
import { LogEnds } from '../../../../pipeline/broker/kafka/log-ends.ts';

const place = { topic: 't', partition: 0 };

describe('where reading may start', () => {
  test.each([
    ['before the log', 4, 5],
    ['at its first offset', 5, 5],
    ['in it', 7, 7],
    ['at its end', 9, 9],
    ['behind its end', 10, 5],
  ])('%s (%i): at %i', async (_where, offset, start) => {
    const admin = { committedOffsets: async () => [], watermarks: async () => ({ low: 5, high: 9 }) };
    expect(await new LogEnds(admin, 'g').clamp(place, offset, () => true)).toBe(start);
  });
});
