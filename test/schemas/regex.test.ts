import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRegex } from '../../schemas/regex.ts';

describe('a regular expression from a user', () => {
  it.each([
    'db-[0-9]+',
    '(web|db)-\\d{1,3}',
    'a{2,}b*',
    '(?:foo|bar)+',
    '(a|b|c)*',
    '(?<name>x)y',
    '[(?=]+',
    '\\\\1',
    '',
    '(ab?)*',
    'größe|🙂',
  ])('%s is fine', (pattern) => {
    expect(checkRegex(pattern)).toBeNull();
  });

  it.each<[string, string, RegExp]>([
    ['look-ahead', '(?=a)b', /look-around/],
    ['negative look-ahead', '(?!a)b', /look-around/],
    ['look-behind', '(?<=a)b', /look-around/],
    ['negative look-behind', '(?<!a)b', /look-around/],
    ['a back-reference', '(a)\\1', /back-reference/],
    ['a named back-reference', '(?<n>a)\\k<n>', /back-reference/],
    ['a repeat inside a repeat', '(a+)+', /inside a repeat/],
    ['a repeat deep inside a repeat', '((x[ab]*)y)*', /inside a repeat/],
    ['an open repeat inside a repeat', '(a{2,})+', /inside a repeat/],
    ['branches that begin alike', '(a|ab)*', /begin alike/],
    ['branches that may begin alike', '(\\w|a)*', /begin alike/],
    ['an optional branch beside another', '(a?|b)*', /begin alike/],
    ['an open group', '(', /not a regular expression/],
    ['a text beyond the limit', 'a'.repeat(1_001), /longer than/],
  ])('%s is refused', (_, pattern, problem) => {
    expect(checkRegex(pattern)).toMatch(problem);
  });

  it('is accepted or refused, never thrown at', () => {
    const noise = fc.string({
      unit: fc.constantFrom('(', ')', '[', ']', '{', '}', '|', '*', '+', '?', '\\', 'a', '1', ',', ':', '<'),
    });
    fc.assert(
      fc.property(noise, (pattern) => {
        if (checkRegex(pattern) === null) expect(new RegExp(pattern).source).toBeDefined();
      }),
      { numRuns: 2_000 },
    );
  });
});
