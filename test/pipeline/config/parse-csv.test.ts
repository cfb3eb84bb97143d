import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toValue } from '../../../pipeline/config/node.ts';
import { parseCsv } from '../../../pipeline/config/parse-csv.ts';
import { positionOf } from '../../../pipeline/config/source.ts';

function parse(text: string) {
  const { root, findings } = parseCsv({ name: 't.csv', text });
  const told = findings.map(
    ({ message, span }) => `${positionOf(span).line}:${positionOf(span).column} ${message}`,
  );
  return { rows: toValue(root), told };
}

describe('CSV', () => {
  test.each<[string, string, unknown]>([
    ['rows become mappings by the names of the first one', 'a,b\n1,2\n', [{ a: '1', b: '2' }]],
    ['the last line break may be missing', 'a\n1', [{ a: '1' }]],
    ['line breaks may be CRLF', 'a,b\r\n1,2\r\n', [{ a: '1', b: '2' }]],
    [
      'a quoted cell may hold commas, quotes and line breaks',
      'a,b\n"1,\n""x""",2\n',
      [{ a: '1,\n"x"', b: '2' }],
    ],
    ['an empty cell is an empty text', 'a,b\n,""\n', [{ a: '', b: '' }]],
    ['spaces belong to their cell', 'a\n x \n', [{ a: ' x ' }]],
    ['empty lines and comments are skipped', '# note\na\n\n# note\n1\n', [{ a: '1' }]],
    ['a header alone is a table without rows', 'a,b\n', []],
  ])('%s', (_name, text, rows) => {
    expect(parse(text)).toEqual({ rows, told: [] });
  });

  test.each<[string, string, string[]]>([
    ['an empty file', '', ['1:1 the table is empty; its first row must name the columns']],
    ['a row that is too short', 'a,b\n1\n', ['2:1 the row has 1 cells, the header has 2']],
    [
      'a row behind a cell of several lines',
      'a,b\n"x\ny",2\n1\n',
      ['4:1 the row has 1 cells, the header has 2'],
    ],
    ['a quote that is never closed', 'a\n"1\n', ['2:1 the quote is never closed']],
    ['a quote inside a bare cell', 'a\n1"2\n', ['2:1 a cell with a quote in it must be quoted as a whole']],
    [
      'text behind a quote',
      'a\n"1"2\n',
      ['2:4 a quoted cell ends at its quote; nothing may stand before the comma'],
    ],
    ['a column without a name', 'a,\n1,2\n', ['1:3 column 2 has no name']],
    ['two columns of one name', 'a,a\n1,2\n', ['1:3 two columns are called `a`']],
  ])('%s is told by its line', (_name, text, told) => {
    expect(parse(text).told).toEqual(told);
  });

  test('every table that is written can be read again', () => {
    const cell = fc.string().filter((text) => !text.includes('\r'));
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), (rows) => {
        const text = ['a,b', ...rows.map((row) => row.map(quoted).join(','))].join('\n');
        expect(parse(text)).toEqual({ rows: rows.map(([a, b]) => ({ a, b })), told: [] });
      }),
    );
  });
});
