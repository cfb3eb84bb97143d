import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aggregate } from '../../../operators/aggregate/index.ts';
import type { RelateEvent, Tally } from '../../../operators/events.ts';
import type { Aggregate } from '../../../schemas/aggregate.ts';
import { fingerprintOf } from '../../../schemas/identity.ts';
import type { MinuteCount } from '../../../schemas/reduced.ts';
import { addValue, emptySketch } from '../../../schemas/sketch.ts';
import { type Driven, drive } from '../../support/operator-host.ts';

const minuteMs = 60_000;

function minuteOf(minute: number, count: number, observed: readonly number[] = []): MinuteCount {
  const sketch = emptySketch();
  for (const value of observed) addValue(sketch, value);
  const last = observed.at(-1) ?? 0;
  const sum = observed.reduce((a, b) => a + b, 0);
  const stats = {
    count: observed.length,
    sum,
    min: Math.min(...observed),
    max: Math.max(...observed),
    last,
    lastAt: 0,
  };
  return {
    minute: minute * minuteMs,
    count,
    values: observed.length === 0 ? null : stats,
    sketch: observed.length === 0 ? null : sketch,
  };
}

function tallyOf(minutes: readonly MinuteCount[], over: Partial<Tally> = {}): Tally {
  return {
    kind: 'tally',
    fingerprint: fingerprintOf(['a']),
    head: {
      tenant: 't',
      source: 's',
      name: 'disk full',
      severity: 'high',
      labels: {},
      annotations: {},
      generatorUrl: '',
    },
    status: 'firing',
    service: 'db',
    minutes,
    closesAt: 390_000,
    ...over,
  };
}

function stated(driven: Driven<RelateEvent>): readonly Aggregate[] {
  return driven.events.flatMap((event) =>
    event.kind === 'output' && event.topic === 'aggregates' ? [event.value] : [],
  );
}

describe('aggregate', () => {
  it('states a window once as a preview and once finally, with a higher revision', () => {
    const driven = drive(aggregate);
    driven.send(tallyOf([minuteOf(0, 3)]));
    driven.advance({ complete: 120_000 });
    driven.send(tallyOf([minuteOf(0, 4)]));
    driven.advance({ complete: 390_000 });
    expect(stated(driven).map(({ count, revision, isFinal }) => ({ count, revision, isFinal }))).toEqual([
      { count: 3, revision: 1, isFinal: false },
      { count: 7, revision: 2, isFinal: true },
    ]);
  });

  it('says nothing before the preview is due', () => {
    const driven = drive(aggregate);
    driven.send(tallyOf([minuteOf(0, 3)]));
    driven.advance({ complete: 119_999 });
    expect(stated(driven)).toEqual([]);
  });

  it('states only the final window when the preview would come no earlier', () => {
    const driven = drive(aggregate, { previewAfterMs: 330_000 });
    driven.send(tallyOf([minuteOf(0, 1)]));
    driven.advance({ complete: 500_000 });
    expect(stated(driven)).toMatchObject([{ revision: 1, isFinal: true }]);
  });

  it.each([
    ['early in the five minutes is seen before', 3, 2],
    ['at their end is stated once: its last word is near', 4, 1],
  ])('a minute %s', (_, minute, statements) => {
    const driven = drive(aggregate);
    driven.send(tallyOf([minuteOf(minute, 1)]));
    driven.advance({ complete: 360_000 });
    driven.advance({ complete: 390_000 });
    expect(stated(driven).map(({ isFinal }) => isFinal)).toEqual([false, true].slice(-statements));
  });

  it('previews at once what becomes known late, but long before the last word', () => {
    const driven = drive(aggregate);
    driven.advance({ complete: 270_000 });
    driven.send(tallyOf([minuteOf(0, 1)]));
    driven.advance({ complete: 270_001 });
    expect(stated(driven)).toMatchObject([{ revision: 1, isFinal: false }]);
  });

  it('has no preview of what becomes known only when the last word is near', () => {
    const driven = drive(aggregate);
    driven.advance({ complete: 271_000 });
    driven.send(tallyOf([minuteOf(0, 1)]));
    driven.advance({ complete: 389_999 });
    expect(stated(driven)).toEqual([]);
    driven.advance({ complete: 390_000 });
    expect(stated(driven)).toMatchObject([{ revision: 1, isFinal: true }]);
  });

  it('waits for the clock of completeness, not for the clock of arrivals', () => {
    const driven = drive(aggregate);
    driven.send(tallyOf([minuteOf(0, 1)]));
    driven.advance({ at: 10_000_000 });
    expect(stated(driven)).toEqual([]);
  });

  it('keeps minutes, services, severities, names and tenants apart', () => {
    const driven = drive(aggregate);
    const head = tallyOf([]).head;
    driven.send(tallyOf([minuteOf(0, 1), minuteOf(1, 1)]));
    driven.send(tallyOf([minuteOf(0, 1)], { service: 'web' }));
    driven.send(tallyOf([minuteOf(0, 1)], { head: { ...head, severity: 'low' } }));
    driven.send(tallyOf([minuteOf(0, 1)], { head: { ...head, name: 'other' } }));
    driven.send(tallyOf([minuteOf(0, 1)], { head: { ...head, tenant: 'u' } }));
    driven.advance({ complete: 390_000 });
    expect(stated(driven).filter(({ isFinal }) => isFinal)).toHaveLength(6);
  });

  it('adds fingerprints of one group together', () => {
    const driven = drive(aggregate);
    driven.send(tallyOf([minuteOf(0, 2)]));
    driven.send(tallyOf([minuteOf(0, 5)], { fingerprint: fingerprintOf(['b']) }));
    driven.advance({ complete: 390_000 });
    expect(stated(driven).at(-1)).toMatchObject({ count: 7, windowStart: 0, windowEnd: 60_000 });
  });

  it('has no quantiles, minimum or maximum where no observation carried a value', () => {
    const driven = drive(aggregate);
    driven.send(tallyOf([minuteOf(0, 2)]));
    driven.advance({ complete: 390_000 });
    expect(stated(driven).at(-1)).toMatchObject({
      valueCount: 0,
      min: null,
      max: null,
      p50: null,
      p99: null,
    });
  });

  it('states quantiles within one percent of the true ones', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    const driven = drive(aggregate);
    driven.send(tallyOf([minuteOf(0, 50, values.slice(0, 50))]));
    driven.send(tallyOf([minuteOf(0, 50, values.slice(50))]));
    driven.advance({ complete: 390_000 });
    const final = stated(driven).at(-1);
    expect(final).toMatchObject({ valueCount: 100, sum: 5050, min: 1, max: 100 });
    expect(Math.abs((final?.p50 ?? 0) - 50)).toBeLessThanOrEqual(1);
    expect(Math.abs((final?.p99 ?? 0) - 99)).toBeLessThanOrEqual(1);
  });

  it('states no quantile outside of the least and the greatest value', () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(values, (observed) => {
        const driven = drive(aggregate);
        driven.send(tallyOf([minuteOf(0, observed.length, observed)]));
        driven.advance({ complete: 390_000 });
        const { p50, p90, p99 } = stated(driven).at(-1) ?? {};
        for (const quantile of [p50, p90, p99]) {
          expect(quantile).toBeGreaterThanOrEqual(Math.min(...observed));
          expect(quantile).toBeLessThanOrEqual(Math.max(...observed));
        }
      }),
    );
  });

  it('keeps the sum of huge values a number', () => {
    const driven = drive(aggregate);
    driven.send(tallyOf([minuteOf(0, 1, [1e308])]));
    driven.send(tallyOf([minuteOf(0, 1, [1e308])], { fingerprint: fingerprintOf(['b']) }));
    driven.advance({ complete: 390_000 });
    expect(stated(driven).at(-1)?.sum).toBe(Number.MAX_VALUE);
  });

  it('keeps no window once it is final', () => {
    const driven = drive(aggregate);
    driven.send(tallyOf([minuteOf(0, 1), minuteOf(1, 1), minuteOf(2, 1)]));
    driven.advance({ complete: 390_000 });
    expect(driven.rows('stretches')).toBe(0);
  });

  it('stores windows that avsc reads back unchanged', () => {
    const type = avro.Type.forSchema(aggregate.tables.stretches.schema);
    const driven = drive(aggregate);
    driven.send(tallyOf([minuteOf(0, 3, [1.5, -2]), minuteOf(4, 1)]));
    driven.send(tallyOf([minuteOf(2, 7)]));
    const opened = driven.host.stages[0]?.tables['stretches'];
    const rows = [...(opened?.table.values() ?? [])];
    expect(rows).toHaveLength(1);
    for (const row of rows)
      expect(type.fromBuffer(type.toBuffer(row))).toMatchObject({
        ...{ tenant: 't', service: 'db', severity: 'high', name: 'disk full' },
        windows: [
          { start: 0, count: 3, valueCount: 2, sum: -0.5 },
          { start: 2 * minuteMs, count: 7, valueCount: 0 },
          { start: 4 * minuteMs, count: 1, valueCount: 0 },
        ],
      });
  });

  it('keeps the windows of five minutes together, and those of the next apart', () => {
    const driven = drive(aggregate);
    driven.send(
      tallyOf([minuteOf(3, 1), minuteOf(4, 1), minuteOf(5, 1), minuteOf(6, 1)], { closesAt: 690_000 }),
    );
    expect(driven.rows('stretches')).toBe(2);
    driven.advance({ complete: 690_000 });
    const finals = stated(driven).filter(({ isFinal }) => isFinal);
    expect(finals.map(({ windowStart }) => windowStart / minuteMs).sort()).toEqual([3, 4, 5, 6]);
  });

  it('states many windows in one order, whatever order they came in', () => {
    const said = [7, 11].map((stride) => {
      const driven = drive(aggregate);
      for (let number = 0; number < 50; number += 1)
        driven.send(tallyOf([minuteOf(4, 1)], { service: `service-${(number * stride) % 50}` }));
      driven.advance({ complete: 390_000 });
      return stated(driven).map(({ service }) => service);
    });
    expect(said[0]).toHaveLength(50);
    expect(said[1]).toEqual(said[0]);
  });

  it('states the same after a restart at any point', () => {
    const steps = fc.array(
      fc.record({
        minute: fc.integer({ min: 0, max: 9 }),
        count: fc.integer({ min: 1, max: 9 }),
        service: fc.constantFrom('db', 'web'),
        cut: fc.boolean(),
      }),
      { minLength: 1, maxLength: 24 },
    );
    fc.assert(
      fc.property(steps, (list) => {
        const whole = drive(aggregate);
        let cut = drive(aggregate);
        const seen: Aggregate[] = [];
        list.forEach(({ minute, count, service, cut: restarts }, index) => {
          const closesAt = (Math.floor(minute / 5) + 1) * 5 * minuteMs + 90_000;
          for (const driven of [whole, cut]) {
            driven.send(tallyOf([minuteOf(minute, count)], { service, closesAt }));
            driven.advance({ complete: index * 40_000 });
          }
          if (!restarts) return;
          seen.push(...stated(cut));
          cut = cut.restart();
        });
        for (const driven of [whole, cut]) driven.advance({ complete: 1_000_000 });
        expect([...seen, ...stated(cut)]).toEqual(stated(whole));
      }),
    );
  });

  it('counts the same whatever the order of the tallies', () => {
    const counts = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 9 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(counts, fc.infiniteStream(fc.nat()), (list, shuffle) => {
        const keys = list.map((item) => ({ item, key: shuffle.next().value ?? 0 }));
        const shuffled = [...keys].sort((a, b) => a.key - b.key).map(({ item }) => item);
        const finals = [list, shuffled].map((order) => {
          const driven = drive(aggregate);
          for (const [minute, count] of order) driven.send(tallyOf([minuteOf(minute, count)]));
          driven.advance({ complete: 390_000 });
          return stated(driven)
            .filter(({ isFinal }) => isFinal)
            .map(({ windowStart, count }) => [windowStart, count])
            .sort();
        });
        expect(finals[1]).toEqual(finals[0]);
      }),
    );
  });
});
