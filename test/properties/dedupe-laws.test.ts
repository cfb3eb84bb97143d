import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyDelays, anyHistory, anyLongHistory, anyStorm, redelayed } from '../support/alert-histories.ts';
import {
  accountedFor,
  finals,
  flow,
  foldAll,
  interleaved,
  type LogEntry,
  reduceAll,
  sent,
} from '../support/dedupe-flow.ts';

const runs = { numRuns: 80 };
const idleMs = 3 * 86_400_000;
const histories = fc.oneof(
  { weight: 4, arbitrary: anyHistory },
  { weight: 1, arbitrary: anyStorm },
  { weight: 2, arbitrary: anyLongHistory },
);
const points = (max: number) => fc.array(fc.nat(max), { maxLength: 8 }).map((list) => new Set(list));

/** Draws numbers from a list over and over. */
function drawing(numbers: readonly number[]): () => number {
  let next = 0;
  return () => numbers[next++ % numbers.length] ?? 0;
}

const choices = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 50 });

describe('what became of a set of alerts', () => {
  it('does not depend on how they were spread over partitions', () => {
    fc.assert(
      fc.property(histories, choices, (alerts, numbers) => {
        const alone = finals(flow(alerts, { idleMs }));
        for (const shards of [2, 4])
          expect(finals(flow(alerts, { idleMs, shards, interleave: drawing(numbers) }))).toEqual(alone);
      }),
      runs,
    );
  });

  it('does not depend on their order within the allowed lateness', () => {
    fc.assert(
      fc.property(histories, anyDelays, (alerts, delays) => {
        expect(finals(flow(redelayed(alerts, delays), { idleMs }))).toEqual(finals(flow(alerts, { idleMs })));
      }),
      runs,
    );
  });

  it('changes in counts, means and last times only when some come twice', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.nat(200), { maxLength: 8 }), anyDelays, (alerts, twice, delays) => {
        const copies = redelayed(
          twice.flatMap((number) => alerts[number % alerts.length] ?? []),
          delays,
        );
        const once = finals(flow(alerts, { idleMs }));
        const doubled = finals(flow([...alerts, ...copies], { idleMs }));
        expect(doubled.map(withoutCounts)).toEqual(once.map(withoutCounts));
      }),
      runs,
    );
  });

  it('is stated exactly once for each alert, and nothing is kept afterwards', () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(1, 2, 4), choices, (alerts, shards, numbers) => {
        const told = flow(alerts, { idleMs, shards, interleave: drawing(numbers) });
        expect(accountedFor(told)).toBe(alerts.length);
        expect(told.decisions.every(({ count }) => count > 0)).toBe(true);
        expect(told.rows).toEqual({ runs: 0, histories: 0, counted: 0, lateMarks: 0 });
      }),
      runs,
    );
  });

  it('is stated once for a resolve that several occurrences had waited for', () => {
    const firing = (at: number) => sent({ at, shard: 3 });
    const resolved = (at: number, shard: number) => sent({ at, shard, status: 'resolved' });
    const resolves = [resolved(0, 1), resolved(1, 0), resolved(2, 0), resolved(3, 0)];
    const told = flow([...resolves, firing(0), firing(1), firing(2)], {
      ...{ idleMs, shards: 4 },
      interleave: () => 0,
    });
    expect(accountedFor(told)).toBe(7);
  });

  it('does not depend on when it was known that a time is complete', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }), (alerts, kept) => {
        const [log = []] = reduceAll(alerts, { idleMs });
        const fewer = log.filter(
          ({ fact }, number) =>
            fact.kind !== 'claim' || kept[number % kept.length] || number > log.length - 3,
        );
        expect(finals(foldAll(fewer))).toEqual(finals(foldAll(log)));
      }),
      runs,
    );
  });

  it('is told with first, resolved and final once per occurrence, and a merged one is told no more', () => {
    fc.assert(
      fc.property(histories, fc.constantFrom(1, 4), choices, (alerts, shards, numbers) => {
        const { tellings } = flow(alerts, { idleMs, shards, interleave: drawing(numbers) });
        const ids = tellings.map(({ alert }) => alert.id);
        expect(new Set(ids).size).toBe(ids.length);
        const finalIds = tellings.filter(({ alert }) => alert.isFinal).map(({ alert }) => alert.occurrence);
        expect(new Set(finalIds).size).toBe(finalIds.length);
        const known = new Set<string>();
        for (const { alert } of tellings.filter(({ alert: { isLate } }) => !isLate)) {
          // The part after a cut is first heard of by a reminder or an update.
          if (alert.emitReason === 'merged') {
            expect(known.delete(alert.occurrence)).toBe(true);
            if (alert.mergedInto !== null) known.add(alert.mergedInto);
          } else {
            expect(alert.emitReason === 'first' && known.has(alert.occurrence)).toBe(false);
            known.add(alert.occurrence);
          }
        }
      }),
      runs,
    );
  });
});

describe('a restart', () => {
  it('of combine changes nothing that it states afterwards', () => {
    fc.assert(
      fc.property(histories, points(30), (alerts, restartCombineAt) => {
        expect(reduceAll(alerts, { idleMs, restartCombineAt })).toEqual(reduceAll(alerts, { idleMs }));
      }),
      runs,
    );
  });

  it('of fold loses and repeats nothing', () => {
    fc.assert(
      fc.property(histories, points(200), choices, (alerts, restartFoldAt, numbers) => {
        const log = interleaved(reduceAll(alerts, { idleMs, shards: 2 }), drawing(numbers));
        expect(foldAll(log, { shards: 2, restartFoldAt })).toEqual(foldAll(log, { shards: 2 }));
      }),
      runs,
    );
  });
});

describe('statements', () => {
  it('that come again change nothing', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.tuple(fc.nat(), fc.nat(60)), { maxLength: 12 }), (alerts, again) => {
        const [log = []] = reduceAll(alerts, { idleMs });
        const repeated = foldAll(withRepeats(log, again));
        // A repeat that comes after everything about its run is forgotten is noted, and accounts for nothing.
        const decisions = repeated.decisions.filter(({ outcome }) => outcome !== 'noted');
        expect({ ...repeated, decisions }).toEqual(foldAll(log));
      }),
      runs,
    );
  });

  it('that overtake each other before the next claim change no occurrence', () => {
    fc.assert(
      fc.property(histories, choices, (alerts, numbers) => {
        const [log = []] = reduceAll(alerts, { idleMs, flushEvery: 3 });
        const shuffled = foldAll(shuffledBetweenClaims(log, drawing(numbers)));
        expect(finals(shuffled)).toEqual(finals(foldAll(log)));
        expect(accountedFor(shuffled)).toBe(alerts.length);
      }),
      runs,
    );
  });

  it('that are made more often change no occurrence', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 9 }), (alerts, flushEvery) => {
        expect(finals(flow(alerts, { idleMs, flushEvery }))).toEqual(finals(flow(alerts, { idleMs })));
      }),
      runs,
    );
  });
});

function withoutCounts({
  valueStats,
  count: _count,
  lastSeen: _last,
  ...kept
}: ReturnType<typeof finals>[number]) {
  return { ...kept, min: valueStats?.min, max: valueStats?.max, last: valueStats?.last };
}

/** Each statement named by `again` once more, some places later, as after a crash of its shard. */
function withRepeats(log: readonly LogEntry[], again: readonly (readonly [number, number])[]): LogEntry[] {
  const statements = log.filter(({ fact }) => fact.kind !== 'claim');
  const repeated = [...log];
  for (const [which, later] of again) {
    const entry = statements[which % statements.length];
    if (entry === undefined) continue;
    const place = Math.min(repeated.lastIndexOf(entry) + 1 + later, repeated.length);
    const before = repeated[place - 1];
    repeated.splice(place, 0, { ...entry, at: before?.at ?? entry.at });
  }
  return repeated;
}

function shuffledBetweenClaims(log: readonly LogEntry[], draw: () => number): LogEntry[] {
  const shuffled: LogEntry[] = [];
  let waiting: LogEntry[] = [];
  for (const entry of log) {
    if (entry.fact.kind !== 'claim') {
      waiting.splice(Math.floor(draw() * (waiting.length + 1)), 0, entry);
      continue;
    }
    shuffled.push(...waiting, entry);
    waiting = [];
  }
  return [...shuffled, ...waiting];
}
