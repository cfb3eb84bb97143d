import { describe, expect, it } from 'vitest';
import { fold } from '../../../operators/dedupe/index.ts';
import type { RelateEvent, Tally } from '../../../operators/events.ts';
import type { LateAlert } from '../../../schemas/reduced.ts';
import {
  accountedFor,
  flow,
  hour,
  minute,
  noon,
  type SentDraft,
  said,
  second,
  sent,
  tellingsOf,
} from '../../support/dedupe-flow.ts';
import { type Driven, drive } from '../../support/operator-host.ts';
import { statements } from './telling-case.ts';

const reasons = ({ events }: Driven<RelateEvent>) =>
  events.flatMap((event) => (event.kind === 'telling' ? [event.alert.emitReason] : []));

const deadAt = noon + 5 * minute + 90 * second;

describe('a partial', () => {
  const [first, second2] = statements([{ at: 0 }, { at: 1 }], 1);

  it('replaces the one of its run only when it is newer', () => {
    const driven = drive(fold);
    for (const fact of [second2, first, second2]) if (fact !== undefined) driven.send(fact, noon);
    driven.advance({ complete: noon + hour });
    expect(
      driven.events
        .filter(({ kind }) => kind === 'telling')
        .map((event) => event.kind === 'telling' && event.alert.count),
    ).toEqual([2, 2]);
  });

  it('of a dead cell tells nobody and is counted once', () => {
    const driven = drive(fold);
    driven.advance({ at: deadAt, complete: deadAt });
    if (second2 !== undefined) for (const fact of [second2, second2]) driven.send(fact, deadAt);
    expect(driven.events).toEqual([]);
    expect(driven.decisions).toMatchObject([{ outcome: 'folded', reason: 'stale-partial', count: 2 }]);
  });

  it('is still accepted a millisecond before its cell is dead', () => {
    const driven = drive(fold);
    driven.advance({ at: deadAt - 1, complete: deadAt - 1 });
    if (first !== undefined) driven.send(first, deadAt);
    expect(reasons(driven)).toEqual(['first']);
  });

  it('of a dead cell adds only what no earlier version held', () => {
    const driven = drive(fold);
    if (first !== undefined) driven.send(first, noon);
    driven.advance({ at: deadAt, complete: deadAt + hour });
    const accepted = driven.decisions.length;
    expect(accepted).toBe(0);
    if (second2 !== undefined) driven.send(second2, deadAt);
    expect(driven.decisions.map(({ reason, count, outcome }) => [reason, count, outcome])).toEqual([
      ['stale-partial', 2, 'noted'],
    ]);
  });

  it('of a cell that died a moment ago adds one alert when one is new', () => {
    const driven = drive(fold);
    if (first !== undefined) driven.send(first, noon);
    driven.advance({ at: deadAt, complete: deadAt + 6 * minute });
    if (second2 !== undefined) driven.send(second2, deadAt);
    expect(driven.decisions.map(({ reason, count }) => [reason, count])).toEqual([['stale-partial', 1]]);
  });

  it('that changes nothing to tell is told to nobody', () => {
    const driven = drive(fold);
    for (const fact of statements([{ at: 0 }, { at: 1 }, { at: 2 }], 1)) driven.send(fact, noon);
    expect(reasons(driven)).toEqual(['first']);
  });
});

describe('each alert', () => {
  it('that caused a telling is its cause, and the others are folded', () => {
    const told = flow(
      [{ at: 0 }, { at: 1 }, { at: 2, status: 'resolved' }, { at: 3, status: 'resolved' }].map((draft) =>
        sent(draft as SentDraft),
      ),
    );
    expect(told.tellings.map(({ alert, cause }) => [alert.emitReason, cause?.from.offset ?? null])).toEqual([
      ['first', 0],
      ['resolved', 2],
      ['final', null],
    ]);
    expect(told.decisions.map(({ reason, count }) => [reason, count])).toEqual([
      ['repeat', 1],
      ['repeated-resolve', 1],
    ]);
  });

  it('of a run that a resolve cut is folded in its own occurrence, with its own times', () => {
    const alerts = [0, 1, 2].map((n) => ({ at: n * second }));
    const told = flow(
      [
        ...alerts,
        { at: 3 * second, status: 'resolved' as const },
        { at: 4 * second },
        { at: 5 * second },
      ].map((draft) => sent(draft)),
    );
    const folded = told.decisions.map(({ reason, count, inputRange }) => [
      reason,
      count,
      (inputRange?.firstAt ?? 0) - noon,
      (inputRange?.lastAt ?? 0) - noon,
    ]);
    expect(folded).toEqual([
      ['repeat', 2, 0, 2 * second],
      ['repeat', 1, 4 * second, 5 * second],
    ]);
    expect(new Set(told.decisions.map(({ occurrence }) => occurrence)).size).toBe(2);
  });

  it('that resolves nothing is folded with that reason', () => {
    const told = flow([sent({ at: 0, status: 'resolved' })]);
    expect(told.decisions).toMatchObject([
      { outcome: 'folded', reason: 'resolve-without-firing', count: 1, occurrence: null },
    ]);
  });

  it('that a rule drops is suppressed once per run and forms no occurrence', () => {
    const told = flow([0, 1, 2].map((at) => sent({ at, droppedBy: 'noise' })));
    expect(told.tellings).toEqual([]);
    expect(told.tallies).toEqual([]);
    expect(told.decisions).toMatchObject([
      { outcome: 'suppressed', reason: 'dropped-by-rule', rule: 'noise', count: 3 },
    ]);
  });
});

describe('a late alert', () => {
  const late = (offset: number): LateAlert | undefined => {
    const [fact] = statements([{ at: 10 * minute, observedAt: 0, value: 4 }]);
    return fact?.kind === 'late' ? { ...fact, place: { offset, n: 0 } } : undefined;
  };

  it('passes at once, alone and final, as an occurrence of its own', () => {
    const told = flow([sent({ at: 0 }), sent({ at: 10 * minute, observedAt: second })]);
    const [alert] = tellingsOf(told, 'late');
    expect(alert).toMatchObject({ isLate: true, isFinal: true, count: 1, firstSeen: noon + second });
    expect(alert?.occurrence).not.toBe(tellingsOf(told, 'first')[0]?.occurrence);
    expect(accountedFor(told)).toBe(2);
  });

  it('that comes again is told to nobody', () => {
    const driven = drive(fold);
    for (const offset of [3, 3, 2, 4, 3]) {
      const fact = late(offset);
      if (fact !== undefined) driven.send(fact, noon);
    }
    expect(reasons(driven)).toEqual(['late', 'late']);
    expect(driven.rows('lateMarks')).toBe(1);
  });
});

describe('a tally', () => {
  const tallies = (drafts: readonly SentDraft[], flushEvery?: number): readonly Tally[] =>
    flow(
      drafts.map((draft) => sent(draft)),
      flushEvery === undefined ? {} : { flushEvery },
    ).tallies;
  const total = (list: readonly Tally[], of: (tally: Tally['minutes'][number]) => number) =>
    list.flatMap(({ minutes }) => minutes).reduce((sum, entry) => sum + of(entry), 0);

  const drafts = Array.from({ length: 40 }, (_, n) => ({ at: n * 5 * second, value: n }));

  it('adds up to the firing observations, however often versions come', () => {
    for (const flushEvery of [1, 3, 7]) {
      const list = tallies(drafts, flushEvery);
      expect(total(list, ({ count }) => count)).toBe(40);
      expect(total(list, ({ values }) => values?.sum ?? 0)).toBe((39 * 40) / 2);
      expect(total(list, ({ sketch }) => (sketch?.counts ?? []).reduce((a, b) => a + b, 0))).toBe(40);
    }
  });

  it('leaves out resolves', () => {
    expect(total(tallies([{ at: 0 }, { at: 1, status: 'resolved' }]), ({ count }) => count)).toBe(1);
  });

  it('says when nothing more comes for its minutes', () => {
    expect(tallies([{ at: 0 }])[0]?.closesAt).toBe(deadAt);
  });
});

describe('an alert that is told', () => {
  const told = flow([
    sent({ at: 0, value: 2, text: 'a' }),
    sent({ at: second, value: 4, text: 'b', severity: 'critical' }),
    sent({ at: 2 * second, status: 'resolved', severity: 'critical' }),
  ]);

  it('has an id of its own', () => {
    const ids = told.tellings.map(({ alert }) => alert.id);
    expect(new Set(ids).size).toBe(4);
  });

  it('keeps one occurrence id through its life', () => {
    expect(new Set(told.tellings.map(({ alert }) => alert.occurrence)).size).toBe(1);
  });

  it('shows what was known at each telling', () => {
    expect(
      told.tellings.map(({ alert }) => [
        alert.emitReason,
        alert.status,
        alert.severity,
        alert.count,
        alert.value,
        alert.isFinal,
      ]),
    ).toEqual([
      ['first', 'firing', 'high', 1, 2, false],
      ['update', 'firing', 'critical', 2, 4, false],
      ['resolved', 'resolved', 'critical', 2, 4, false],
      ['final', 'resolved', 'critical', 2, 4, true],
    ]);
  });

  it('leaves to later operators what they know', () => {
    expect(told.tellings[0]?.alert).toMatchObject({
      owner: '',
      service: '',
      incident: null,
      score: null,
      suppression: null,
    });
  });

  it('names the occurrence that a merged one belongs to', () => {
    const merged = flow([sent({ at: 40 * second }), sent({ at: 41 * second, observedAt: 0 })]);
    const [first] = tellingsOf(merged, 'first');
    const [gone] = tellingsOf(merged, 'merged');
    const [final] = tellingsOf(merged, 'final');
    expect(gone).toMatchObject({ occurrence: first?.occurrence, mergedInto: final?.occurrence });
    expect(final?.occurrence).not.toBe(first?.occurrence);
  });
});

describe('time', () => {
  it('alone closes an occurrence, as soon as nothing can touch it', () => {
    const driven = drive(fold);
    for (const fact of statements([{ at: 0 }])) driven.send(fact, noon);
    // Its window ends at 300 s, and an observation of that very instant would belong to the next cell, which dies at 690 s.
    driven.advance({ complete: noon + 690 * second - 1 });
    expect(reasons(driven)).toEqual(['first']);
    driven.advance({ complete: noon + 690 * second });
    expect(reasons(driven)).toEqual(['first', 'final']);
  });

  it('that stands still for one shard holds back the final word, not the first', () => {
    const driven = drive(fold);
    for (const fact of statements([{ at: 0 }, { at: minute, status: 'resolved' }]))
      driven.send(fact, noon + hour);
    driven.advance({ at: noon + 9 * hour });
    expect(reasons(driven)).toEqual(['first', 'resolved']);
  });

  it('leaves no timer behind', () => {
    const driven = drive(fold);
    for (const fact of statements([
      { at: 0, startsAt: -second },
      { at: second, name: 'DiskFull' },
    ]))
      driven.send(fact, noon);
    driven.advance({ complete: noon + 100 * hour });
    expect([...driven.host.queues.complete.all()]).toEqual([]);
    expect(['runs', 'histories', 'counted'].map((table) => driven.rows(table))).toEqual([0, 0, 0]);
  });

  it('of a log that jumps by days still closes everything once', () => {
    const alerts = [sent({ at: 0 }), sent({ at: 72 * hour })];
    expect(said(flow(alerts)).sort()).toEqual(['final', 'final', 'first', 'first']);
  });
});
