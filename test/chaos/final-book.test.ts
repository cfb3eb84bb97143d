import { expect, test } from 'vitest';
import type { EnrichedAlert } from '../../schemas/alert.ts';
import { occurrenceIdOf } from '../../schemas/identity.ts';
import { alertOf } from '../pipeline/warehouse/values.ts';
import { FinalBook } from './verify/final-book.ts';
import { pairF1 } from './verify/pair-f1.ts';

const other = occurrenceIdOf(alertOf().fingerprint, 5);

function telling(offset: number, over: Partial<EnrichedAlert> = {}): EnrichedAlert {
  return alertOf({ origin: { shard: 0, offset, n: 0 }, ...over });
}

function bookOf(...tellings: readonly EnrichedAlert[]): FinalBook {
  const book = new FinalBook();
  for (const one of tellings) book.add(one);
  return book;
}

test.each<[string, readonly EnrichedAlert[], number, number]>([
  ['the last word counts', [telling(1, { count: 1 }), telling(2, { count: 5 })], 1, 5],
  ['the last word is the highest origin, whatever came last', [telling(2, { count: 5 }), telling(1)], 1, 5],
  ['one that was merged is none', [telling(1), telling(2, { mergedInto: other })], 0, 0],
  [
    'one that was merged and told again is one',
    [telling(2, { mergedInto: other }), telling(3, { count: 2 })],
    1,
    2,
  ],
  ['late alerts belong to none', [telling(1, { isLate: true })], 0, 0],
])('%s', (_name, tellings, size, observations) => {
  const book = bookOf(...tellings);
  expect([book.size, book.observations]).toEqual([size, observations]);
});

test('books that differ say where: what is missing, what is too much, what is not the same', () => {
  const [a, b] = [telling(1, { count: 1 }), telling(2, { occurrence: other, count: 2 })];
  expect(bookOf(a, b).differencesFrom(bookOf(a, b)).count).toBe(0);
  expect(bookOf(a).differencesFrom(bookOf(a, b)).count).toBe(1);
  expect(bookOf(a, b).differencesFrom(bookOf(a)).count).toBe(1);
  expect(bookOf(a, b).differencesFrom(bookOf({ ...a, count: 9 }, b)).sentences).toHaveLength(1);
});

test('an occurrence belongs to the newest incident that it was told with, also when its last word names none', () => {
  const incident = (id: string) => ({ ...alertOf().incident, id }) as NonNullable<EnrichedAlert['incident']>;
  const book = bookOf(
    telling(3, { incident: null }),
    telling(2, { incident: incident('b') }),
    telling(1, { incident: incident('a') }),
  );
  expect([...book.memberships()]).toEqual([[alertOf().occurrence, 'b']]);
});

type Groups = Readonly<Record<string, string>>;

test.each<[string, Groups, Groups, number, number]>([
  ['the same groups by other names', { a: 'x', b: 'x', c: 'y' }, { a: '1', b: '1', c: '2' }, 1, 1],
  [
    'one group split in two',
    { a: 'x', b: 'x', c: 'y', d: 'y' },
    { a: '1', b: '1', c: '1', d: '1' },
    1,
    2 / 6,
  ],
  [
    'two groups taken together',
    { a: 'x', b: 'x', c: 'x', d: 'x' },
    { a: '1', b: '1', c: '2', d: '2' },
    2 / 6,
    1,
  ],
  ['a member that is missing', { a: 'x', b: 'x' }, { a: '1', b: '1', c: '1' }, 1, 1 / 3],
])('pairs: %s', (_name, found, expected, precision, recall) => {
  expect(pairF1(Object.entries(found), Object.entries(expected))).toMatchObject({ precision, recall });
});
