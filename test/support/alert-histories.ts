import fc from 'fast-check';
import { hour, type Sent, second, sent } from './dedupe-flow.ts';

const { constantFrom, integer, oneof, record } = fc;

export const latenessMs = 60_000;

/** Times that collide often: on a grid of seconds, around the edges of windows, and anywhere. */
const time = oneof(
  integer({ min: 0, max: 180 }).map((n) => n * 10 * second),
  constantFrom(0, 60, 299, 300, 301, 360, 599, 600, 601, 900, 1200).map((n) => n * second),
  integer({ min: 0, max: 2_400 * second }),
);

const delay = oneof(fc.constant(0), integer({ min: 0, max: latenessMs }));

/** How a source writes its alerts; one per name, as in life. */
const source = record({
  ending: constantFrom('explicit', 'timeout', 'window'),
  isNamed: fc.boolean(),
} as const);

const observation = record({
  t: time,
  delay,
  shard: integer({ min: 0, max: 3 }),
  isResolved: fc.nat(4).map((n) => n === 0),
  isCritical: fc.nat(3).map((n) => n === 0),
  /** How long before it the period began: exactly, or on a grid that many observations share. */
  startedAgo: constantFrom(0, 5, 60, 120, 300, 400, 1_000).map((n) => n * second),
  startGrid: constantFrom(1, 100, 400, 900).map((n) => n * second),
  endsIn: constantFrom(null, -400, -120, -30, 0, 60, 240),
  value: oneof(fc.constant(null), integer({ min: -50, max: 50 })),
  text: constantFrom('', 'a', 'b'),
});

/** Alerts of two sources over forty minutes, each at most `latenessMs` behind its own time. */
export const anyHistory: fc.Arbitrary<readonly Sent[]> = fc
  .record({
    sources: fc.tuple(source, source),
    observations: fc.array(fc.tuple(fc.nat(1), observation), { minLength: 1, maxLength: 24 }),
  })
  .map(({ sources, observations }) =>
    observations.map(([which, seen]) => alertOf(which, sources[which] ?? sources[0], seen)),
  );

type ValueOf<A> = A extends fc.Arbitrary<infer T> ? T : never;

function alertOf(
  which: number,
  { ending, isNamed }: ValueOf<typeof source>,
  seen: ValueOf<typeof observation>,
): Sent {
  return sent({
    at: seen.t + seen.delay,
    observedAt: seen.t,
    shard: seen.shard,
    name: which === 0 ? 'HighLatency' : 'DiskFull',
    status: seen.isResolved ? 'resolved' : 'firing',
    severity: seen.isCritical ? 'critical' : 'high',
    ending,
    startsAt: isNamed ? startOf(seen) : null,
    endsAt: seen.endsIn === null ? null : seen.t + seen.endsIn * second,
    value: seen.value,
    text: seen.text,
  });
}

function startOf({ t, startedAgo, startGrid }: ValueOf<typeof observation>): number {
  return startGrid === second ? t - startedAgo : Math.floor((t - startedAgo) / startGrid) * startGrid;
}

/** The same alerts, read in another order: each with another delay. */
export function redelayed(alerts: readonly Sent[], delays: readonly number[]): Sent[] {
  return alerts.map((alert, number) => ({
    ...alert,
    at: (alert.observedAt ?? alert.at) + (delays[number % delays.length] ?? 0),
  }));
}

export const anyDelays = fc.array(delay, { minLength: 1, maxLength: 24 });

/** A storm: one alert many times within seconds, so that segments are coarse, with resolves in between. */
export const anyStorm: fc.Arbitrary<readonly Sent[]> = fc
  .array(
    record({
      t: integer({ min: 0, max: 20 * second }),
      delay: integer({ min: 0, max: 5 * second }),
      shard: integer({ min: 0, max: 3 }),
      isResolved: fc.nat(60).map((n) => n === 0),
      value: integer({ min: 0, max: 9 }),
    }),
    { minLength: 60, maxLength: 180 },
  )
  .map((seen) =>
    seen.map(({ t, delay: behind, shard, isResolved, value }) =>
      sent({ at: t + behind, observedAt: t, shard, status: isResolved ? 'resolved' : 'firing', value }),
    ),
  );

/** A few alerts over four days, for what spans cells, caps and the reach of starts. */
export const anyLongHistory: fc.Arbitrary<readonly Sent[]> = fc
  .record({
    ending: constantFrom('explicit', 'timeout'),
    isNamed: fc.boolean(),
    seen: fc.array(
      record({
        t: oneof(
          integer({ min: 0, max: 96 }).map((n) => n * hour),
          integer({ min: 0, max: 96 * hour }),
        ),
        delay,
        shard: integer({ min: 0, max: 3 }),
        isResolved: fc.nat(7).map((n) => n === 0),
        startedAgo: constantFrom(0, 60, 3_600, 86_400, 200_000).map((n) => n * second),
        endsAgo: constantFrom(null, 0, 60, 600, 3_600, 90_000),
      }),
      { minLength: 1, maxLength: 30 },
    ),
  })
  .map(({ ending, isNamed, seen }) =>
    seen.map(({ t, delay: behind, shard, isResolved, startedAgo, endsAgo }) =>
      sent({
        at: t + behind,
        observedAt: t,
        shard,
        ending,
        status: isResolved ? 'resolved' : 'firing',
        startsAt: isNamed ? t - startedAgo : null,
        // Timeout sources here believe each alert for a day.
        endsAt: endsAgo === null ? null : isResolved ? t - endsAgo * second : t + 24 * hour,
      }),
    ),
  );
