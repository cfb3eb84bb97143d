import { describe, expect, test } from 'vitest';
import type { Assigned } from '../../../operators/events.ts';
import { alertsIn, imbalance, PlainWindow, summarize } from '../../../pipeline/replay/summary.ts';
import type { Fingerprint } from '../../../schemas/brand.ts';

const outcomes = { unknown: 0, passed: 3, folded: 5, suppressed: 1, 'dead-lettered': 2, noted: 7 };
const counts = (entered: number, changes: Partial<typeof outcomes> = {}) => ({
  stages: [
    { graph: 'reduce', stage: 'normalize', in: 4, out: entered },
    { graph: 'reduce', stage: 'combine', in: entered, out: 6 },
  ],
  outcomes: { ...outcomes, ...changes },
  rows: 1,
  timers: 2,
  shed: 0,
});

describe('the books', () => {
  test('balance when every alert has one outcome', () => {
    expect(alertsIn(counts(9))).toBe(11);
    expect(imbalance(counts(9))).toBeNull();
  });

  test.each([
    [
      'an alert without outcome',
      counts(10),
      '12 alerts entered, but 3 passed + 5 folded + 1 suppressed + 2 dead-lettered = 11',
    ],
    [
      'an alert with two',
      counts(9, { passed: 4 }),
      '11 alerts entered, but 4 passed + 5 folded + 1 suppressed + 2 dead-lettered = 12',
    ],
  ])('do not for %s, and the sentence says by how much', (_name, wrong, sentence) => {
    expect(imbalance(wrong)).toBe(sentence);
  });
});

describe('a plain 5-minute window', () => {
  const see = (...seen: [name: string, t: number][]) => {
    const plain = new PlainWindow();
    for (const [name, t] of seen) {
      const fingerprint = name as Fingerprint;
      const assigned: Assigned = { kind: 'assigned', place: { offset: 0, n: 0 }, run: null, t, fingerprint };
      plain.see(assigned);
    }
    return plain.notifications;
  };
  test.each<[string, [string, number][], number]>([
    [
      'passes the first alert of each fingerprint',
      [
        ['a', 0],
        ['b', 0],
      ],
      2,
    ],
    [
      'folds what comes within five minutes of the last one that passed',
      [
        ['a', 0],
        ['a', 299_999],
      ],
      1,
    ],
    [
      'passes what comes five minutes after it',
      [
        ['a', 0],
        ['a', 300_000],
      ],
      2,
    ],
    [
      'counts from what passed, not from what it folded',
      [
        ['a', 0],
        ['a', 200_000],
        ['a', 400_000],
      ],
      2,
    ],
  ])('%s', (_name, seen, notifications) => {
    expect(see(...seen)).toBe(notifications);
  });
});

describe('the summary', () => {
  const measured = { records: 4, seconds: 0.5, decides: true, notifications: 8, incidents: 2 };

  test('holds what a machine reads, under fixed names', () => {
    expect(summarize(counts(9), measured)).toEqual({
      records: 4,
      alerts: 11,
      passed: 3,
      folded: 5,
      suppressed: 1,
      deadLettered: 2,
      incidents: 2,
      notificationsWithout: 8,
      seconds: 0.5,
      alertsPerSecond: 22,
      peakRssBytes: expect.any(Number),
      remaining: { rows: 1, timers: 2 },
    });
  });

  test('says null of what was not decided', () => {
    const { passed, folded, suppressed, incidents, deadLettered } = summarize(counts(9), {
      ...measured,
      decides: false,
    });
    expect({ passed, folded, suppressed, incidents }).toEqual({
      passed: null,
      folded: null,
      suppressed: null,
      incidents: null,
    });
    expect(deadLettered).toBe(2);
  });
});
