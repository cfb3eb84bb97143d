import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, suggest } from '../../../pipeline/config/suggest.ts';

describe('a suggestion', () => {
  const known = ['windowMs', 'windowBytes', 'level', 'rows', 'at'];
  test.each<[string, string, string | null]>([
    ['one letter is missing', 'leve', 'level'],
    ['two letters are swapped', 'levle', 'level'],
    ['two letters are wrong', 'lavol', 'level'],
    ['only the case is wrong', 'windowms', 'windowMs'],
    ['the unit is missing: the shorter one that begins like it', 'window', 'windowMs'],
    ['something was added', 'rowsPerBatch', 'rows'],
    ['three letters are wrong', 'lubul', null],
    ['nothing resembles it', 'zebra', null],
    ['a short word allows one edit only', 'xy', null],
  ])('when %s', (_name, word, expected) => {
    expect(suggest(word, known)).toBe(expected);
  });
});

describe('the distance of two words', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });

  test('is 0 for equal words only, and the same both ways', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
      }),
    );
  });

  test('is 1 for a swap of neighbours', () => {
    expect(editDistance('abcd', 'acbd')).toBe(1);
  });

  test('lies between the difference of the lengths and the longer length', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
