import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DedupeConfig } from '../../../operators/dedupe/config.ts';
import {
  type Atom,
  capLine,
  earliestBegin,
  type Period,
  sliceOf,
} from '../../../operators/dedupe/occurrences.ts';
import { type Past, type Rules, timelineOf } from '../../../operators/dedupe/timeline.ts';

const cap = { maxMs: 86_400_000, offsetMs: 1_234 };
const rules: Rules = { config: DedupeConfig.parse({}), cap };
const nothing: Past = { floor: Number.NEGATIVE_INFINITY, hasEnded: false, carried: null };
const base = 1_700_049_600_000;

const firing = (t: number, end: number, startsAt: number | null = null): Omit<Atom, 'index'> => ({
  status: 'firing',
  first: base + t,
  last: base + t,
  startsAt: startsAt === null ? null : base + startsAt,
  end: base + end,
});
const resolve = (t: number, end = t, startsAt: number | null = null): Omit<Atom, 'index'> => ({
  ...firing(t, end, startsAt),
  status: 'resolved',
});

const ordered = (atoms: readonly Omit<Atom, 'index'>[]): Atom[] =>
  [...atoms].sort((a, b) => a.first - b.first).map((atom, index) => ({ ...atom, index }));

const periodsOf = (atoms: readonly Omit<Atom, 'index'>[], past = nothing) => {
  const { sealed, open } = timelineOf(past, ordered(atoms), rules, null);
  return [...sealed.periods, ...open.periods].map(plain);
};

const plain = ({ start, end, isResolved, firing: atoms }: Period) =>
  `${start - base}-${end - base}${isResolved ? ' resolved' : ''} ×${atoms.length}`;

describe('a time line', () => {
  it.each<[string, readonly Omit<Atom, 'index'>[], readonly string[]]>([
    ['of nothing has no period', [], []],
    ['joins intervals that touch', [firing(0, 10), firing(10, 20)], ['0-20 ×2']],
    ['parts intervals with a gap', [firing(0, 10), firing(11, 20)], ['0-10 ×1', '11-20 ×1']],
    ['joins through a named start', [firing(0, 10), firing(20, 30), firing(25, 40, 5)], ['0-40 ×3']],
    [
      'is cut at a resolve',
      [firing(0, 100), resolve(50), firing(60, 160)],
      ['0-50 resolved ×1', '60-160 ×1'],
    ],
    [
      'takes what begins at a cut as new',
      [firing(0, 100), resolve(50), firing(50, 160)],
      ['0-50 resolved ×1', '50-160 ×1'],
    ],
    ['ends at the first of two resolves', [firing(0, 100), resolve(50), resolve(60)], ['0-50 resolved ×1']],
    ['is resolved by a resolve at its very end', [firing(0, 100), resolve(100)], ['0-100 resolved ×1']],
    ['is not resolved by an unnamed resolve after its end', [firing(0, 100), resolve(101)], ['0-100 ×1']],
    [
      'is extended by a named resolve that overlaps it',
      [firing(0, 100), resolve(130, 120, 90)],
      ['0-120 resolved ×1'],
    ],
    [
      'begins where it fires, not where a resolve says',
      [firing(10, 100), resolve(50, 50, 0)],
      ['10-50 resolved ×1'],
    ],
    [
      'joins two periods that a named resolve overlaps',
      [firing(0, 10), firing(20, 30), resolve(40, 40, 5)],
      ['0-40 resolved ×2'],
    ],
    [
      'does not care whether the resolve or the firing of an instant comes first',
      [resolve(70_000, 5, 0), firing(70_000, 90_000, 0)],
      ['0-5 resolved ×1'],
    ],
  ])('%s', (_name, atoms, expected) => {
    expect(periodsOf(atoms)).toEqual(expected);
    expect(periodsOf([...atoms].reverse())).toEqual(expected);
  });

  it('lets no start reach behind what ended more than latenessMs before its observation', () => {
    expect(periodsOf([firing(0, 1_000), firing(61_000, 70_000, 500)])).toEqual(['0-70000 ×2']);
    expect(periodsOf([firing(0, 1_000), firing(61_001, 70_000, 500)])).toEqual([
      '0-1000 ×1',
      '1000-70000 ×1',
    ]);
  });

  it('lets no resolve reach behind it either', () => {
    const atoms = [firing(0, 90_000_000), resolve(1_000), firing(2_000, 3_000), resolve(100_000, 500)];
    expect(periodsOf(atoms)).toEqual(['0-1000 resolved ×1', '2000-3000 ×1']);
  });

  it('calls a resolve repeated when something ended before, else one without firing', () => {
    const strays = (atoms: readonly Omit<Atom, 'index'>[]) =>
      timelineOf(nothing, ordered(atoms), rules, null).open.strays;
    expect(strays([resolve(5)])).toMatchObject([{ isRepeated: false }]);
    expect(strays([firing(0, 3), resolve(5)])).toMatchObject([{ isRepeated: true }]);
  });

  it('begins nothing before the floor', () => {
    expect(periodsOf([firing(10, 20, -50)], { ...nothing, floor: base })).toEqual(['0-20 ×1']);
  });
});

const anyAtom = fc
  .record({
    t: fc.oneof(
      fc.integer({ min: 0, max: 60 }).map((n) => n * 20_000),
      fc.integer({ min: 0, max: 1_200_000 }),
    ),
    speaks: fc.constantFrom(1, 20_000, 60_000, 300_000, 86_400_000),
    ago: fc.constantFrom(null, 0, 20_000, 100_000, 400_000),
    isResolve: fc.nat(3).map((n) => n === 0),
    endedAgo: fc.constantFrom(0, 0, 10_000, 90_000),
  })
  .map(({ t, speaks, ago, isResolve, endedAgo }) => {
    const startsAt = ago === null ? null : t - ago;
    return isResolve ? resolve(t, t - endedAgo, startsAt) : firing(t, t + speaks, startsAt);
  });

describe('a time line as a law', () => {
  it('is the same whatever order its atoms are given in', () => {
    fc.assert(
      fc.property(fc.array(anyAtom, { maxLength: 20 }), (atoms) => {
        expect(periodsOf([...atoms].reverse())).toEqual(periodsOf(atoms));
      }),
    );
  });

  it('sealed at any instant and continued is the whole', () => {
    fc.assert(
      fc.property(
        fc.array(anyAtom, { maxLength: 20 }),
        fc.integer({ min: 0, max: 1_300_000 }),
        (given, at) => {
          const atoms = ordered(given);
          const until = base + at;
          const early = timelineOf(
            nothing,
            atoms.filter(({ first }) => first < until),
            rules,
            until,
          );
          const sealed = new Set(
            [
              ...early.sealed.periods.flatMap(({ firing: a, resolves }) => [...a, ...resolves]),
              ...early.sealed.strays.map(({ atom }) => atom),
            ].map(({ index }) => index),
          );
          const left = atoms.filter(({ index }) => !sealed.has(index));
          const past: Past = { floor: early.floor, hasEnded: early.hasEnded, carried: null };
          const late = timelineOf(past, left, rules, null);
          const whole = timelineOf(nothing, atoms, rules, null);
          expect([...early.sealed.periods, ...late.sealed.periods, ...late.open.periods].map(plain)).toEqual(
            [...whole.sealed.periods, ...whole.open.periods].map(plain),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('holds each firing atom in exactly one period, and periods do not overlap', () => {
    fc.assert(
      fc.property(fc.array(anyAtom, { maxLength: 20 }), (given) => {
        const atoms = ordered(given);
        const { sealed, open } = timelineOf(nothing, atoms, rules, null);
        const periods = [...sealed.periods, ...open.periods];
        const held = periods
          .flatMap(({ firing: list }) => list.map(({ index }) => index))
          .sort((a, b) => a - b);
        expect(held).toEqual(atoms.filter(({ status }) => status === 'firing').map(({ index }) => index));
        for (const [n, { start }] of periods.entries())
          expect(start).toBeGreaterThanOrEqual(periods[n - 1]?.end ?? start);
        expect(new Set(periods.map(({ start }) => start)).size).toBe(periods.length);
      }),
    );
  });

  it('has every stray and every resolve of a period exactly once', () => {
    fc.assert(
      fc.property(fc.array(anyAtom, { maxLength: 20 }), (given) => {
        const atoms = ordered(given);
        const { sealed, open } = timelineOf(nothing, atoms, rules, null);
        const held = [sealed, open].flatMap(({ periods, strays }) => [
          ...periods.flatMap(({ resolves }) => resolves.map(({ index }) => index)),
          ...strays.map(({ atom }) => atom.index),
        ]);
        expect(held.sort((a, b) => a - b)).toEqual(
          atoms.filter(({ status }) => status === 'resolved').map(({ index }) => index),
        );
      }),
    );
  });
});

describe('the cap', () => {
  it('cuts after the start and within the day that follows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (start) => {
        expect(capLine(start, cap)).toBeGreaterThan(start + cap.maxMs - 3_600_000);
        expect(capLine(start, cap)).toBeLessThanOrEqual(start + cap.maxMs);
      }),
    );
  });

  it('never cuts before the observation whose start it bounds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (t) => {
        expect(capLine(earliestBegin(t, cap), cap)).toBeGreaterThan(t);
      }),
    );
  });

  it('cuts no period that is observed for less than a day less an hour', () => {
    const atoms = ordered(
      [0, 10, 20, 22].map((hours) => firing(hours * 3_600_000, (hours + 24) * 3_600_000)),
    );
    const intervals = atoms.map((atom) => ({
      atom,
      begin: atom.first,
      end: atom.end,
      isContinuation: false,
    }));
    expect(sliceOf(intervals, cap, false).periods).toHaveLength(1);
  });
});
