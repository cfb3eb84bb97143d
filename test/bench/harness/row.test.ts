import { expect, it, test } from 'vitest';
import { isBeyondLimit, type RowDraft, rowOf } from '../../../bench/harness/row.ts';

const draft: RowDraft = { name: 'walk', unit: 'µs CPU', samples: [3, 1, 2, 50] };

it.each<[string, Partial<RowDraft>, boolean]>([
  ['a median below its limit, whatever single samples were', { limit: 3 }, false],
  ['a median beyond its limit', { limit: 2 }, true],
  ['a rate above its least', { limit: 2, better: 'more' }, false],
  ['a rate below its least', { limit: 3, better: 'more' }, true],
  ['what nobody guards', {}, false],
])('%s', (_, rest, isBeyond) => {
  expect(isBeyondLimit(rowOf({ ...draft, ...rest }))).toBe(isBeyond);
});

test('a row holds its samples, their median, and how far they lie from it', () => {
  expect(rowOf(draft)).toMatchObject({ samples: [3, 1, 2, 50], median: 2.5, spread: 1 });
});

test('a row of nothing is refused', () => {
  expect(() => rowOf({ ...draft, samples: [] })).toThrow('walk: nothing was measured');
});
