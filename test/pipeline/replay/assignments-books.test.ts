import { describe, expect, test } from 'vitest';
import { alert, cause, fold, type Story, told } from './assigning.ts';

describe('books that do not balance are never written as if they did', () => {
  test.each<[string, Story['tell'], string]>([
    [
      'an alert that no decision speaks for',
      (log) => log.alert(...alert(0, 0)),
      'no decision speaks for alert 0/0',
    ],
    [
      'an alert that caused two tellings',
      (log) => {
        log.alert(...alert(0, 0));
        log.decision(cause(0));
        log.decision(cause(0));
      },
      'record 0, alert 0 caused two tellings, or never entered',
    ],
    [
      'a decision on more alerts than there are',
      (log) => {
        log.alert(...alert(0, 0));
        log.decision(fold(0, [0, 0], { count: 3 }));
      },
      'a decision on run 0/0 speaks for 2 alerts that never entered',
    ],
    ['a record of which nothing came', () => {}, 'nothing is known of record 0 of a'],
  ])('%s', (_name, tell, detail) => {
    expect(() => told({ records: 1, tell })).toThrow(
      expect.objectContaining({ code: 'invariant.broken', detail }),
    );
  });
});
