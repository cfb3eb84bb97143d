import { describe, expect, it } from 'vitest';
import {
  accountedFor,
  finals,
  flow,
  hour,
  minute,
  type SentDraft,
  said,
  second,
  sent,
} from '../../support/dedupe-flow.ts';

interface Case {
  readonly name: string;
  readonly alerts: readonly SentDraft[];
  /** Reasons of all tellings, in order. */
  readonly says: string;
  /** `start-end status ×count` of each occurrence in seconds after noon. */
  readonly occurrences: readonly string[];
  readonly shards?: number;
  readonly config?: Readonly<Record<string, unknown>>;
}

const resolved = { status: 'resolved' } as const;
const explicit = { ending: 'explicit' } as const;
const timeout = { ending: 'timeout' } as const;
const critical = { severity: 'critical' } as const;

const firingEvery = (everyMs: number, count: number, draft: Partial<SentDraft> = {}): SentDraft[] =>
  Array.from({ length: count }, (_, n) => ({ at: n * everyMs, ...draft }));

const cases: readonly Case[] = [
  {
    name: 'a single alert is one occurrence that ends a window later',
    alerts: [{ at: 0 }],
    says: 'first final',
    occurrences: ['0-300 firing ×1'],
  },
  {
    name: 'repeats within the window are folded and counted',
    alerts: firingEvery(minute, 5),
    says: 'first final',
    occurrences: ['0-540 firing ×5'],
  },
  {
    name: 'repeats exactly one window apart belong together',
    alerts: firingEvery(5 * minute, 4),
    says: 'first final',
    occurrences: ['0-1200 firing ×4'],
  },
  {
    name: 'a millisecond more than a window apart makes two occurrences',
    alerts: [{ at: 0 }, { at: 5 * minute + 1 }],
    says: 'first first final final',
    occurrences: ['0-300 firing ×1', '300-600 firing ×1'],
  },
  {
    name: 'a resolve between two firings makes two occurrences, even within a second',
    alerts: [{ at: 0 }, { at: 60, ...resolved }, { at: 120 }],
    says: 'first resolved first final final',
    occurrences: ['0-0 resolved ×1', '0-300 firing ×1'],
  },
  {
    name: 'F at 0, R at 60 s, F at 120 s is two occurrences',
    alerts: [{ at: 0 }, { at: minute, ...resolved }, { at: 2 * minute }],
    says: 'first resolved first final final',
    occurrences: ['0-60 resolved ×1', '120-420 firing ×1'],
  },
  {
    name: 'the same on different partitions is two occurrences as well',
    alerts: [
      { at: 0, shard: 0 },
      { at: minute, shard: 1, ...resolved },
      { at: 2 * minute, shard: 2 },
    ],
    says: 'first resolved first final final',
    occurrences: ['0-60 resolved ×1', '120-420 firing ×1'],
    shards: 3,
  },
  {
    name: 'a firing at the very end of a resolve is a new occurrence',
    alerts: [{ at: 0 }, { at: minute, ...resolved }, { at: minute }],
    says: 'first resolved first final final',
    occurrences: ['0-60 resolved ×1', '60-360 firing ×1'],
  },
  {
    name: 'a resolve without a firing tells nobody',
    alerts: [{ at: 0, ...resolved }],
    says: '',
    occurrences: [],
  },
  {
    name: 'a resolve that is repeated is told once',
    alerts: [
      { at: 0 },
      { at: minute, ...resolved },
      { at: minute + 1, ...resolved },
      { at: 2 * minute, ...resolved },
    ],
    says: 'first resolved final',
    occurrences: ['0-60 resolved ×1'],
  },
  {
    name: 'a resolve that comes before its firing is told after it',
    alerts: [
      { at: 10 * second, observedAt: 10 * second, ...resolved },
      { at: 20 * second, observedAt: 0 },
    ],
    says: 'first resolved final',
    occurrences: ['0-10 resolved ×1'],
  },
  {
    name: 'a named resolve that comes before its firing is told after it',
    alerts: [
      { at: 10 * second, startsAt: 0, endsAt: 9 * second, ...resolved, ...explicit },
      { at: 20 * second, observedAt: 5 * second, startsAt: 0, ...explicit },
    ],
    says: 'first resolved final',
    occurrences: ['0-9 resolved ×1'],
  },
  {
    name: 'two Prometheus replicas with starts seconds apart are one occurrence',
    alerts: [
      { at: 10 * second, startsAt: 0, ...timeout },
      { at: 12 * second, startsAt: 3 * second, ...timeout },
      { at: 70 * second, startsAt: 0, ...timeout },
      { at: 72 * second, startsAt: 3 * second, ...timeout },
    ],
    says: 'first timed-out',
    occurrences: ['0-372 resolved ×4'],
  },
  {
    name: 'the replica that started earlier but reports later moves the start, and the old name is merged',
    alerts: [
      { at: 10 * second, startsAt: 3 * second, ...timeout },
      { at: 12 * second, startsAt: 0, ...timeout },
    ],
    says: 'first merged timed-out',
    occurrences: ['0-312 resolved ×2'],
  },
  {
    name: 'the second replica resolving seconds after the first is a repeated resolve',
    alerts: [
      { at: 10 * second, startsAt: 0, ...explicit },
      { at: 12 * second, startsAt: 3 * second, ...explicit },
      { at: 130 * second, startsAt: 0, endsAt: 120 * second, ...resolved, ...explicit },
      { at: 134 * second, startsAt: 3 * second, endsAt: 123 * second, ...resolved, ...explicit },
    ],
    says: 'first resolved final',
    occurrences: ['0-120 resolved ×2'],
  },
  {
    name: 'a replica still firing right after the resolve of the other is of the resolved period',
    alerts: [
      { at: 10 * second, startsAt: 0, ...explicit },
      { at: 100 * second, startsAt: 0, endsAt: 100 * second, ...resolved, ...explicit },
      { at: 130 * second, startsAt: 3 * second, ...explicit },
    ],
    says: 'first resolved final',
    occurrences: ['0-100 resolved ×2'],
  },
  {
    name: 'a replica still firing long after the resolve of the other is a new occurrence from there on',
    alerts: [
      { at: 10 * second, startsAt: 0, ...explicit },
      { at: 100 * second, startsAt: 0, endsAt: 100 * second, ...resolved, ...explicit },
      { at: 161 * second, startsAt: 3 * second, ...explicit },
    ],
    says: 'first resolved first final timed-out',
    occurrences: ['0-100 resolved ×1', '100-86561 resolved ×1'],
  },
  {
    name: 'a run of the other replica that reaches past the time a resolve is waited for is cut there',
    alerts: [
      { at: 10 * second, startsAt: 0, ...explicit },
      { at: 100 * second, startsAt: 0, endsAt: 100 * second, ...resolved, ...explicit },
      { at: 130 * second, startsAt: 3 * second, ...explicit },
      { at: 161 * second, startsAt: 3 * second, ...explicit },
    ],
    says: 'first resolved first final timed-out',
    occurrences: ['0-100 resolved ×2', '100-86561 resolved ×1'],
  },
  {
    name: 'a named re-fire after a resolve is a new occurrence',
    alerts: [
      { at: 0, startsAt: -5 * second, ...explicit },
      { at: minute, startsAt: -5 * second, endsAt: 50 * second, ...resolved, ...explicit },
      { at: 65 * second, startsAt: 55 * second, ...explicit },
      { at: 95 * second, startsAt: 55 * second, endsAt: 90 * second, ...resolved, ...explicit },
    ],
    says: 'first resolved first resolved final final',
    occurrences: ['-5-50 resolved ×1', '55-90 resolved ×1'],
  },
  {
    name: 'a resolve known late ends the period at its real end, and what fired since is new',
    alerts: [
      { at: 0, ...explicit },
      { at: 200 * second, ...explicit },
      { at: 310 * second, endsAt: 100 * second, ...resolved, ...explicit },
    ],
    says: 'first resolved first final timed-out',
    occurrences: ['0-100 resolved ×1', '200-86600 resolved ×1'],
  },
  {
    name: 'a resolve reaches back no further than resolveReachMs',
    alerts: [
      ...firingEvery(5 * minute, 13, explicit),
      { at: hour + 30 * second, endsAt: 0, startsAt: -1, ...resolved, ...explicit },
    ],
    says: 'first reminder resolved first final timed-out',
    occurrences: ['0-2700 resolved ×9', '2700-90000 resolved ×4'],
  },
  {
    name: 'an explicit source is believed for a day and then timed out',
    alerts: [{ at: 0, ...explicit }],
    says: 'first timed-out',
    occurrences: ['0-86400 resolved ×1'],
  },
  {
    name: 'an explicit source that says nothing for hours is still one occurrence',
    alerts: [
      { at: 0, ...explicit },
      { at: 4 * hour, ...explicit },
      { at: 8 * hour, ...resolved, ...explicit },
    ],
    says: 'first reminder resolved final',
    occurrences: ['0-28800 resolved ×2'],
  },
  {
    name: 'a timeout source is over at the end it named',
    alerts: [{ at: 0, endsAt: 4 * minute, ...timeout }],
    says: 'first timed-out',
    occurrences: ['0-240 resolved ×1'],
  },
  {
    name: 'a timeout source that names no end is over after resolveAfterMs',
    alerts: [{ at: 0, ...timeout }],
    says: 'first timed-out',
    occurrences: ['0-120 resolved ×1'],
    config: { resolveAfterMs: 2 * minute },
  },
  {
    name: 'a timeout source whose ends keep moving is one occurrence',
    alerts: Array.from({ length: 10 }, (_, n) => ({ at: n * minute, endsAt: (n + 4) * minute, ...timeout })),
    says: 'first timed-out',
    occurrences: ['0-780 resolved ×10'],
  },
  {
    name: 'a timeout source with a silence longer than its ends is two occurrences',
    alerts: [
      { at: 0, endsAt: minute, ...timeout },
      { at: 2 * minute, endsAt: 3 * minute, ...timeout },
    ],
    says: 'first first timed-out timed-out',
    occurrences: ['0-60 resolved ×1', '120-180 resolved ×1'],
  },
  {
    name: 'a period that a timeout source names again after its time-out goes on from the end, not from the start',
    alerts: [
      { at: 10 * second, startsAt: 0, endsAt: minute, ...timeout },
      { at: 5 * minute, startsAt: 0, endsAt: 6 * minute, ...timeout },
    ],
    says: 'first first timed-out timed-out',
    occurrences: ['0-60 resolved ×1', '60-360 resolved ×1'],
  },
  {
    name: 'a named start shortly after the time-out still joins the period it names',
    alerts: [
      { at: 10 * second, startsAt: 0, endsAt: minute, ...timeout },
      { at: 90 * second, startsAt: 0, endsAt: 2 * minute, ...timeout },
    ],
    says: 'first timed-out',
    occurrences: ['0-120 resolved ×2'],
  },
  {
    name: 'a real end beats a timed-out one',
    alerts: [
      { at: 0, startsAt: -second, endsAt: minute, ...timeout },
      { at: 75 * second, startsAt: -second, endsAt: 70 * second, ...resolved, ...timeout },
    ],
    says: 'first resolved final',
    occurrences: ['-1-70 resolved ×1'],
  },
  {
    name: 'an unnamed resolve after the time-out ends nothing',
    alerts: [
      { at: 0, endsAt: minute, ...timeout },
      { at: 75 * second, ...resolved, ...timeout },
    ],
    says: 'first timed-out',
    occurrences: ['0-60 resolved ×1'],
  },
  {
    name: 'a window source may resolve as well',
    alerts: [{ at: 0 }, { at: 2 * minute }, { at: 3 * minute, ...resolved }],
    says: 'first resolved final',
    occurrences: ['0-180 resolved ×2'],
  },
  {
    name: 'a change of severity passes as an update, back and forth',
    alerts: [{ at: 0 }, { at: second, ...critical }, { at: 2 * second }, { at: 3 * second, ...critical }],
    says: 'first update update update final',
    occurrences: ['0-303 firing ×4'],
  },
  {
    name: 'a change of severity on another partition passes as an update',
    alerts: [
      { at: 0, shard: 0 },
      { at: second, shard: 1, ...critical },
    ],
    says: 'first update final',
    occurrences: ['0-301 firing ×2'],
    shards: 2,
  },
  {
    name: 'an older severity that arrives later is no update',
    alerts: [
      { at: 10 * second, observedAt: 10 * second, ...critical },
      { at: 11 * second, observedAt: 5 * second },
    ],
    says: 'first merged final',
    occurrences: ['5-310 firing ×2'],
  },
  {
    name: 'a change of text that nobody watches is folded',
    alerts: [
      { at: 0, text: 'a' },
      { at: second, text: 'b' },
    ],
    says: 'first final',
    occurrences: ['0-301 firing ×2'],
  },
  {
    name: 'a severity that changes in the resolve is told with it',
    alerts: [{ at: 0 }, { at: second, ...resolved, ...critical }],
    says: 'first resolved final',
    occurrences: ['0-1 resolved ×1'],
  },
  {
    name: 'an observation an hour after the last telling is a reminder',
    alerts: firingEvery(5 * minute, 13),
    says: 'first reminder final',
    occurrences: ['0-3900 firing ×13'],
  },
  {
    name: 'an update puts the reminder off',
    alerts: [
      ...firingEvery(5 * minute, 10),
      { at: 50 * minute, ...critical },
      { at: 55 * minute, ...critical },
      { at: hour, ...critical },
    ],
    says: 'first update final',
    occurrences: ['0-3900 firing ×13'],
  },
  {
    name: 'the second reminder comes an hour after the first',
    alerts: firingEvery(5 * minute, 25),
    says: 'first reminder reminder final',
    occurrences: ['0-7500 firing ×25'],
  },
  {
    name: 'a resolved occurrence is not reminded of',
    alerts: [
      { at: 0, ...explicit },
      { at: minute, ...resolved, ...explicit },
      { at: 2 * hour, ...resolved, ...explicit },
    ],
    says: 'first resolved final',
    occurrences: ['0-60 resolved ×1'],
  },
  {
    name: 'an alert that joins two told occurrences merges the later one into the earlier',
    alerts: [
      { at: 0, observedAt: 0, ...timeout, endsAt: 30 * second },
      { at: 50 * second, observedAt: 50 * second, ...timeout, endsAt: 80 * second },
      { at: 70 * second, observedAt: 25 * second, ...timeout, endsAt: 60 * second },
    ],
    says: 'first first merged timed-out',
    occurrences: ['0-80 resolved ×3'],
  },
  {
    name: 'an alert from behind that starts the period earlier renames it',
    alerts: [
      { at: 40 * second, observedAt: 40 * second },
      { at: 41 * second, observedAt: 0 },
    ],
    says: 'first merged final',
    occurrences: ['0-340 firing ×2'],
  },
  {
    name: 'an alert of thirty hours is cut at the cap, told once, and reminded of every hour',
    alerts: firingEvery(30 * minute, 61, explicit),
    says: `first ${'reminder '.repeat(23)}final ${'reminder '.repeat(7)}timed-out`,
    occurrences: ['cut', 'cut'],
  },
  {
    name: 'alerts of different names do not touch each other',
    alerts: [{ at: 0 }, { at: second, name: 'DiskFull' }, { at: 2 * second, name: 'DiskFull', ...resolved }],
    says: 'first first resolved final final',
    occurrences: ['0-300 firing ×1', '1-2 resolved ×1'],
  },
  {
    name: 'a start further back than the reach is taken as far as it reaches',
    alerts: [
      { at: 0, startsAt: -50 * hour, ...explicit },
      { at: minute, startsAt: -50 * hour, ...resolved, ...explicit },
    ],
    says: 'first resolved final',
    occurrences: ['reach-60 resolved ×1'],
  },
  {
    name: 'a start after its own observation begins with the observation',
    alerts: [
      { at: 0, startsAt: 5 * second },
      { at: 10 * second, startsAt: 15 * second },
    ],
    says: 'first final',
    occurrences: ['0-310 firing ×2'],
  },
  {
    name: 'an observation that claims to be ahead of the log is clamped to skewMs',
    alerts: [{ at: 0, observedAt: 10 * minute }],
    says: 'first final',
    occurrences: ['30-330 firing ×1'],
  },
  {
    name: 'a storm within seconds is counted exactly',
    alerts: firingEvery(7, 1_000),
    says: 'first final',
    occurrences: ['0-306 firing ×1000'],
  },
  {
    name: 'a resolve in the middle of a storm cuts it',
    alerts: [
      ...firingEvery(10, 100),
      { at: 1_005, ...resolved },
      ...firingEvery(10, 100).map(({ at }) => ({ at: at + 2_000 })),
    ],
    says: 'first resolved first final final',
    occurrences: ['0-1 resolved ×100', '2-302 firing ×100'],
  },
  {
    name: 'the outcome of a storm is the same on four partitions',
    alerts: firingEvery(7, 1_000).map((alert, n) => ({ ...alert, shard: n % 4 })),
    says: 'first final',
    occurrences: ['0-306 firing ×1000'],
    shards: 4,
  },
];

const secondsOf = (ms: number | null) => (ms === null ? 'open' : Math.floor(ms / second));

describe('what is told of alerts, and as which occurrences', () => {
  it.each(cases)('$name', ({ alerts, says, occurrences, shards, config }) => {
    const told = flow(alerts.map(sent), { shards: shards ?? 1, config: config ?? {}, idleMs: 60 * hour });
    expect(said(told).join(' ')).toBe(says);
    const described = finals(told).map(
      ({ startsAt, firstSeen, endsAt, status, count }) =>
        `${secondsOf(startsAt ?? firstSeen)}-${secondsOf(endsAt)} ${status} ×${count}`,
    );
    if (occurrences.includes('cut')) expect(described).toHaveLength(occurrences.length);
    else if (occurrences[0]?.startsWith('reach')) {
      const start = finals(told)[0]?.startsAt ?? 0;
      expect(start).toBeGreaterThan(-25 * hour);
      expect(start).toBeLessThanOrEqual(-22 * hour);
    } else expect(described).toEqual(occurrences);
    expect(accountedFor(told)).toBe(alerts.length);
  });
});

describe('the parts of a long alert', () => {
  it('are never longer than the cap and hold every observation once', () => {
    const parts = finals(flow(firingEvery(10 * minute, 400, explicit).map(sent)));
    expect(parts.length).toBeGreaterThanOrEqual(3);
    expect(parts.every(({ firstSeen, lastSeen }) => lastSeen - firstSeen <= 24 * hour)).toBe(true);
    expect(parts.reduce((sum, { count }) => sum + count, 0)).toBe(400);
  });

  it('that follow the first are never told as first', () => {
    expect(
      said(flow(firingEvery(10 * minute, 400, explicit).map(sent))).filter((reason) => reason === 'first'),
    ).toHaveLength(1);
  });

  it('that are shorter than a day are not cut at all', () => {
    expect(finals(flow(firingEvery(10 * minute, 138, explicit).map(sent)))).toHaveLength(1);
  });
});

describe('value statistics', () => {
  const stats = (alerts: readonly SentDraft[], shards = 1) =>
    finals(flow(alerts.map(sent), { shards }))[0]?.valueStats;

  it('hold the last, least, greatest and mean value', () => {
    const alerts = [4, -2, 10, 4].map((value, n) => ({ at: n * second, value, shard: n }));
    expect(stats(alerts)).toEqual({ last: 4, min: -2, max: 10, mean: 4 });
    expect(stats(alerts, 4)).toEqual({ last: 4, min: -2, max: 10, mean: 4 });
  });

  it('speak only for observations that had a value', () => {
    expect(stats([{ at: 0, value: 6 }, { at: second }, { at: 2 * second, value: 2 }])?.mean).toBe(4);
  });

  it('are absent when no observation had one', () => {
    expect(stats([{ at: 0 }, { at: second }])).toBeNull();
  });

  it('take the greater of two last values at one time', () => {
    expect(
      stats([
        { at: 0, value: 7 },
        { at: 0, value: 3 },
      ])?.last,
    ).toBe(7);
  });

  it('ignore what is no number', () => {
    expect(
      stats([
        { at: 0, value: Number.NaN },
        { at: 0, value: 1 },
        { at: 0, value: Number.POSITIVE_INFINITY },
      ])?.max,
    ).toBe(1);
  });

  it('leave out values after a resolve that cut the run', () => {
    const alerts = [
      { at: 0, value: 1 },
      { at: second, ...resolved },
      { at: 2 * second, value: 9 },
    ];
    expect(finals(flow(alerts.map(sent))).map(({ valueStats }) => valueStats?.max)).toEqual([1, 9]);
  });
});
