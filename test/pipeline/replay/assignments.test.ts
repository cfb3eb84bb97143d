import { describe, expect, test } from 'vitest';
import type { EnrichedAlert } from '../../../schemas/alert.ts';
import type { IncidentId, OccurrenceId } from '../../../schemas/brand.ts';
import { alert, assignmentsOf, cause, fold, told } from './assigning.ts';

const telling = (occurrence: string, changes: Partial<EnrichedAlert> = {}, at = 0) =>
  ({
    occurrence,
    mergedInto: null,
    incident: null,
    origin: { shard: 0, offset: at, n: 0 },
    ...changes,
  }) as EnrichedAlert;

const inIncident = (id: string, generation = 1) => ({
  incident: { id: id as IncidentId, generation, confidence: 1, contributions: [] },
});

const named = (occurrence: string) => ({ occurrence: occurrence as OccurrenceId });

describe('an alert is joined to what became of it', () => {
  test('by its place when it caused a telling, through its run when it was folded', () => {
    expect(
      told({
        records: 3,
        tell(log) {
          for (const offset of [0, 1, 2]) log.alert(...alert(offset, 0));
          log.decision(cause(0));
          log.telling(telling('o', inIncident('i')));
          log.decision(fold(0, [0, 2], { count: 2 }));
        },
      }),
    ).toEqual(['0 0: passed first o i#1', '1 0: folded repeat o i#1', '2 0: folded repeat o i#1']);
  });

  test('with the last of a chain of merges, and the incident of that one', () => {
    expect(
      told({
        records: 1,
        tell(log) {
          log.alert(...alert(0, 0));
          log.decision(cause(0, named('a')));
          log.telling(telling('a', inIncident('of-a'), 1));
          log.telling(telling('a', { mergedInto: 'b' as OccurrenceId }, 2));
          log.telling(telling('b', { ...inIncident('of-b'), mergedInto: 'c' as OccurrenceId }, 3));
          log.telling(telling('c', inIncident('of-c', 2), 4));
        },
      }),
    ).toEqual(['0 0: passed first c of-c#2']);
  });

  test('with its own occurrence where one that was merged came back', () => {
    const tellings = [telling('a', { mergedInto: 'b' as OccurrenceId }, 2), telling('a', inIncident('i'), 3)];
    for (const order of [tellings, tellings.toReversed()])
      expect(
        told({
          records: 1,
          tell(log) {
            log.alert(...alert(0, 0));
            log.decision(cause(0, named('a')));
            for (const each of order) log.telling(each);
          },
        }),
      ).toEqual(['0 0: passed first a i#1']);
  });

  test('with the occurrence whose time it lies in, when its run went into several', () => {
    expect(
      told({
        records: 5,
        tell(log) {
          for (const offset of [0, 1, 2, 3, 4]) log.alert(...alert(offset, 0));
          log.decision(cause(0, named('a')));
          log.decision(cause(3, { ...named('b'), reason: 'first' }));
          log.decision(fold(0, [0, 2], { ...named('a'), count: 2 }));
          log.decision(fold(0, [3, 4], { ...named('b'), count: 1 }));
        },
      }).map((line) => line.split(' ').slice(2, 5).join(' ')),
    ).toEqual(['passed first a', 'folded repeat a', 'folded repeat a', 'passed first b', 'folded repeat b']);
  });

  test('with the shortest time where those of two decisions overlap', () => {
    const reasons = told({
      records: 3,
      tell(log) {
        for (const offset of [0, 1, 2]) log.alert(...alert(offset, 0));
        log.decision(fold(0, [0, 2], { occurrence: null, reason: 'resolve-without-firing', count: 2 }));
        log.decision(fold(0, [1, 1], { reason: 'repeated-resolve', count: 1 }));
      },
    }).map((line) => line.split(' ')[3]);
    expect(reasons).toEqual(['resolve-without-firing', 'repeated-resolve', 'resolve-without-firing']);
  });

  test('so that each decision gets as many alerts as it counts, wherever their times lie', () => {
    const outcomes = told({
      records: 3,
      tell(log) {
        for (const offset of [0, 1, 2]) log.alert(...alert(offset, 0));
        log.decision(fold(0, [0, 2], { ...named('a'), count: 1 }));
        log.decision(fold(0, [0, 0], { ...named('b'), count: 2 }));
      },
    }).map((line) => line.split(' ')[4]);
    expect(outcomes.sort()).toEqual(['a', 'b', 'b']);
  });

  test('late: by its place, as an occurrence of its own', () => {
    expect(
      told({
        records: 1,
        tell(log) {
          log.alert(...alert(0, null));
          log.decision(cause(0, { reason: 'late', ...named('l') }));
        },
      }),
    ).toEqual(['0 0: passed late l null#null']);
  });

  test('suppressed as the cause of a telling, or dropped by a rule with its run', () => {
    expect(
      told({
        records: 3,
        tell(log) {
          log.alert(...alert(0, 0));
          log.alert(...alert(1, 1));
          log.alert(...alert(2, 1));
          log.decision(cause(0, { outcome: 'suppressed', reason: 'dropped-by-rule' }));
          log.decision(
            fold(1, [1, 2], { outcome: 'suppressed', reason: 'dropped-by-rule', occurrence: null, count: 2 }),
          );
        },
      }),
    ).toEqual([
      '0 0: suppressed dropped-by-rule o null#null',
      '1 0: suppressed dropped-by-rule null null#null',
      '2 0: suppressed dropped-by-rule null null#null',
    ]);
  });

  test('dead letters among the alerts of one record stand in their place', () => {
    const lines = assignmentsOf({
      records: 1,
      tell(log) {
        log.alert(...alert(0, 0));
        log.alert(...alert(0, 0, { n: 2 }));
        log.decision(cause(0));
        log.decision(cause(0, {}, { n: 2 }));
        log.deadLetter(0, { offset: 0, n: 3 }, 'record.invalid-time');
        log.deadLetter(0, { offset: 0, n: 1 }, 'record.invalid-field');
      },
    });
    expect(lines.map(({ position, reason }) => [position.alert, reason])).toEqual([
      [0, 'first'],
      [1, 'record.invalid-field'],
      [2, 'first'],
      [3, 'record.invalid-time'],
    ]);
    expect(lines[1]).toEqual({
      position: { file: 'a', record: 0, alert: 1 },
      outcome: 'dead-lettered',
      reason: 'record.invalid-field',
      fingerprint: null,
      occurrence: null,
      incidentId: null,
      generation: null,
    });
  });

  test('whatever partition its record went into', () => {
    expect(
      told({
        records: 4,
        partitions: 3,
        tell(log) {
          log.alert(...alert(0, 0, { shard: 1 }));
          log.alert(...alert(0, 0, { shard: 0 }));
          log.alert(...alert(1, 0, { shard: 0 }));
          log.deadLetter(2, { offset: 0, n: 0 }, 'record.empty');
          log.decision(cause(0, named('x'), { shard: 1 }));
          log.decision(cause(0, named('y')));
          log.decision(fold(0, [1, 1], named('y')));
        },
      }).map((line) => line.split(' ').slice(0, 5).join(' ')),
    ).toEqual([
      '0 0: passed first y',
      '1 0: passed first x',
      '2 0: dead-lettered record.empty null',
      '3 0: folded repeat y',
    ]);
  });

  test('and what is only noted, or was caused by time, speaks for none', () => {
    expect(
      told({
        records: 1,
        tell(log) {
          log.alert(...alert(0, 0));
          log.decision(cause(0));
          log.decision(cause(0, { count: 0, reason: 'final', inputRange: null }));
          log.decision(fold(0, [0, 0], { outcome: 'noted', count: 9 }));
        },
      }),
    ).toEqual(['0 0: passed first o null#null']);
  });
});
