import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RelateEvent, Tally, Telling } from '../../../operators/events.ts';
import { unstamped } from '../../../operators/events.ts';
import { score } from '../../../operators/score/index.ts';
import type { EnrichedAlert, Score } from '../../../schemas/alert.ts';
import { fingerprintOf, occurrenceIdOf } from '../../../schemas/identity.ts';
import { addValue, emptySketch } from '../../../schemas/sketch.ts';
import { type Driven, drive } from '../../support/operator-host.ts';

const bucketMs = 300_000;
const start = 1_700_000_100_000;

const head = {
  tenant: 't',
  source: 's',
  name: 'disk full',
  severity: 'high' as const,
  labels: {},
  annotations: {},
  generatorUrl: '',
};

function alertAt(at: number, over: Partial<EnrichedAlert> = {}): EnrichedAlert {
  const fingerprint = fingerprintOf([over.name ?? head.name]);
  return {
    ...head,
    status: 'firing',
    startsAt: null,
    endsAt: null,
    observedAt: at,
    value: null,
    id: 'id',
    sourceId: '',
    fingerprint,
    fingerprintRule: 'default',
    contentHash: '',
    occurrence: occurrenceIdOf(fingerprint, at),
    mergedInto: null,
    firstSeen: at,
    lastSeen: at,
    count: 1,
    isLate: false,
    isFinal: false,
    valueStats: null,
    emitReason: 'first',
    incident: null,
    score: null,
    owner: '',
    service: '',
    runbookUrl: '',
    suppression: null,
    origin: unstamped,
    ...over,
  };
}

function tallyAt(at: number, count: number, over: { name?: string; value?: number } = {}): Tally {
  const name = over.name ?? head.name;
  const sketch = emptySketch();
  if (over.value !== undefined) addValue(sketch, over.value);
  const value = over.value ?? 0;
  const values = { count: 1, sum: value, min: value, max: value, last: value, lastAt: at };
  const hasValue = over.value !== undefined;
  const minute = {
    minute: Math.floor(at / 60_000) * 60_000,
    count,
    values: hasValue ? values : null,
    sketch: hasValue ? sketch : null,
  };
  return {
    kind: 'tally',
    fingerprint: fingerprintOf([name]),
    head: { ...head, name },
    status: 'firing',
    service: '',
    minutes: [minute],
    closesAt: at + 400_000,
  };
}

const tellingOf = (alert: EnrichedAlert): Telling => ({ kind: 'telling', alert, cause: null });

/** One bucket of an alert: its count, then the telling that is judged by it. */
function observe(
  driven: Driven<RelateEvent>,
  at: number,
  count: number,
  over: { name?: string; value?: number } = {},
): Score {
  driven.send(tallyAt(at, count, over), at);
  driven.send(
    tellingOf(alertAt(at, { ...(over.name && { name: over.name }), value: over.value ?? null })),
    at,
  );
  const last = driven.events.at(-1);
  if (last?.kind !== 'telling' || last.alert.score === null) throw new Error('nothing was scored');
  return last.alert.score;
}

/** The habit of a series: `count` in every bucket, for `buckets` buckets. */
function habit(driven: Driven<RelateEvent>, buckets: number, count: (index: number) => number): number {
  for (let index = 0; index < buckets; index += 1) observe(driven, start + index * bucketMs, count(index));
  return start + buckets * bucketMs;
}

describe('score', () => {
  it('starts in the middle when nothing is known', () => {
    expect(observe(drive(score), start, 1).value).toBe(0.5);
  });

  it('finds the usual usual', () => {
    const driven = drive(score);
    const next = habit(driven, 50, (index) => 2 + (index % 5));
    expect(observe(driven, next, 3).value).toBeLessThan(0.8);
  });

  it('finds a burst unusual and names it first', () => {
    const driven = drive(score);
    const next = habit(driven, 50, (index) => 2 + (index % 5));
    const burst = observe(driven, next, 900);
    expect(burst.value).toBeGreaterThan(0.95);
    expect(burst.features[0]?.name).toBe('burst');
  });

  it('finds an alert that was never seen in a long watch more unusual than a daily one', () => {
    const driven = drive(score);
    const next = habit(driven, 300, () => 1);
    const rare = observe(driven, next, 1, { name: 'never before' });
    const usual = observe(driven, next, 1);
    expect(rare.value).toBeGreaterThan(usual.value);
    expect(rare.features[0]?.name).toBe('rarity');
  });

  it('finds a value far out on either side unusual', () => {
    for (const far of [900, -900]) {
      const driven = drive(score);
      for (let index = 0; index < 60; index += 1)
        observe(driven, start + index * bucketMs, 1, { value: 50 + (index % 7) });
      const judged = observe(driven, start + 60 * bucketMs, 1, { value: far });
      expect(judged.features[0]?.name).toBe('value');
      expect(judged.value).toBeGreaterThan(0.9);
    }
  });

  it('does not judge a value before enough others came', () => {
    const driven = drive(score);
    observe(driven, start, 1, { value: 1 });
    const judged = observe(driven, start + bucketMs, 1, { value: 1e9 });
    expect(judged.features.map(({ name }) => name)).not.toContain('value');
  });

  it('is calibrated: of many ordinary tellings about a tenth score above 0.9', () => {
    const driven = drive(score);
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const scores = Array.from({ length: 1_000 }, (_, index) =>
      observe(driven, start + index * bucketMs, 1 + Math.floor(random() * 200)),
    );
    const late = scores.slice(300).map(({ value }) => value);
    const share = late.filter((value) => value > 0.9).length / late.length;
    expect(share).toBeGreaterThan(0.05);
    expect(share).toBeLessThan(0.15);
  });

  it('gives features whose weights sum to the score', () => {
    const driven = drive(score);
    const next = habit(driven, 30, (index) => 1 + (index % 3));
    const judged = observe(driven, next, 50);
    expect(judged.features.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(judged.value, 10);
  });

  it('keeps tenants apart', () => {
    const driven = drive(score);
    const next = habit(driven, 50, () => 5);
    driven.send(tellingOf(alertAt(next, { tenant: 'other' })), next);
    expect(driven.events.at(-1)).toMatchObject({ alert: { tenant: 'other', score: { value: 0.5 } } });
  });

  it('learns nothing from a final summary', () => {
    const driven = drive(score);
    driven.send(tellingOf(alertAt(start, { emitReason: 'final', isFinal: true })), start);
    expect(driven.rows('series')).toBe(0);
  });

  it('passes tallies on unchanged', () => {
    const driven = drive(score);
    const tally = tallyAt(start, 3);
    driven.send(tally, start);
    expect(driven.events).toEqual([tally]);
  });

  it('forgets a series, its values and its tenant after a week of silence', () => {
    const driven = drive(score);
    observe(driven, start, 3, { value: 4 });
    driven.advance({ at: start + 604_800_000 - 60_001 });
    expect(driven.rows('series')).toBe(1);
    driven.advance({ at: start + 604_800_000 });
    expect([driven.rows('series'), driven.rows('values'), driven.rows('habits')]).toEqual([0, 0, 0]);
  });

  it('counts the week from the last time it was seen, whatever came before', () => {
    const driven = drive(score);
    observe(driven, start, 3, { value: 4 });
    const last = start + 300_000_000;
    observe(driven, last, 3, { value: 5 });
    driven.advance({ at: last + 604_800_000 - 60_001 });
    expect([driven.rows('series'), driven.rows('values'), driven.rows('habits')]).toEqual([1, 1, 1]);
    driven.advance({ at: last + 604_800_000 });
    expect([driven.rows('series'), driven.rows('values'), driven.rows('habits')]).toEqual([0, 0, 0]);
  });

  it('stores rows that avsc reads back unchanged', () => {
    const driven = drive(score);
    habit(driven, 20, (index) => index + 1);
    observe(driven, start + 20 * bucketMs, 3, { value: 1.5 });
    for (const [name, spec] of Object.entries(score.tables)) {
      const type = avro.Type.forSchema(spec.schema);
      const rows = [...(driven.host.stages[0]?.tables[name]?.table.values() ?? [])];
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(type.fromBuffer(type.toBuffer(row))).toEqual(row);
    }
  });

  it('scores stay within 0 and 1 and are the same after a restart at any point', () => {
    const steps = fc.array(
      fc.record({
        gap: fc.integer({ min: 0, max: 5_000_000 }),
        count: fc.integer({ min: 1, max: 1_000 }),
        value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
        cut: fc.boolean(),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        const whole = drive(score);
        let cut = drive(score);
        let at = start;
        for (const { gap, count, value, cut: restarts } of list) {
          at += gap;
          const over = value === undefined ? {} : { value };
          const expected = observe(whole, at, count, over);
          if (restarts) cut = cut.restart();
          expect(observe(cut, at, count, over)).toEqual(expected);
          expect(expected.value).toBeGreaterThanOrEqual(0);
          expect(expected.value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});
