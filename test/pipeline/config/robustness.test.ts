// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of the configuration look like templates
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorOf, load, mistakesOf } from './reading.ts';

const words = ['worker', 'heartbeatMs', 'log', 'level', 'suppress', 'silences', 'enrich', 'tables', 'rows'];
const pieces = [
  ...words,
  ':',
  ': ',
  '\n',
  '\n  ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '|',
  '&a ',
  '*a',
  '#',
  ',',
  '\t',
  '7',
  '~',
  '${env:X}',
  '${',
  '!!set',
  '? ',
  '%',
  '@',
  '\u0000',
  '😀',
];

describe('whatever the text', () => {
  test('loading succeeds or tells mistakes, each with a place inside the file', () => {
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, (given) => {
        const lines = given.split('\n');
        for (const { line, column } of errorOf(() => load({ text: given }))?.mistakes ?? []) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('an unknown key is told on its own line, however many lines stand before it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('', '# note', '   ')), (before) => {
        const text = [...before, 'logs: {}'].join('\n');
        expect(mistakesOf({ text })).toMatchObject([{ line: before.length + 1, column: 1 }]);
      }),
    );
  });
});
