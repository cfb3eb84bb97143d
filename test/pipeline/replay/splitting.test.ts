import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowsOf } from '../../../pipeline/replay/csv-rows.ts';
import { valuesOf } from '../../../pipeline/replay/json-values.ts';
import { firstLineEnd, firstLines, linesOf } from '../../../pipeline/replay/lines.ts';
import type { Spans } from '../../../pipeline/replay/spans.ts';

function texts(spans: Spans, bytes: Buffer): string[] {
  return Array.from({ length: spans.length }, (_, i) => bytes.toString('utf8', spans.start(i), spans.end(i)));
}

const lines = (text: string) => texts(linesOf(Buffer.from(text)), Buffer.from(text));
const rows = (text: string, delimiter = ',') =>
  texts(rowsOf(Buffer.from(text), delimiter), Buffer.from(text));
const values = (text: string) => texts(valuesOf(Buffer.from(text)), Buffer.from(text));

describe('lines', () => {
  test.each<[string, string, string[]]>([
    ['end at line feeds', 'a\nb\n', ['a', 'b']],
    ['end at carriage return and line feed', 'a\r\nb\r\n', ['a', 'b']],
    ['keep a carriage return that ends none', 'a\rb\n', ['a\rb']],
    ['need no line end at the end of the file', 'a\nb', ['a', 'b']],
    ['that are blank are none', '\n\r\n \t \na\n\n', ['a']],
    ['keep white space, which may be a column', 'a\t\t\n  b \n', ['a\t\t', '  b ']],
    ['are not to be found in nothing', '', []],
  ])('%s', (_name, text, expected) => {
    expect(lines(text)).toEqual(expected);
  });

  test('are found beyond the first thousand', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => `line ${i}`);
    expect(lines(many.join('\r\n'))).toEqual(many);
  });

  test('the first ones skip blank lines and look at one MiB of each at most', () => {
    const bytes = Buffer.from(`\n \r\n${'x'.repeat(2 << 20)}\r\nb\nc\n`);
    expect(firstLines(bytes, 2).map(({ length }) => length)).toEqual([1 << 20, 1]);
    expect(bytes[firstLineEnd(bytes)]).toBe(10);
    expect(firstLineEnd(Buffer.from(' \n\n'))).toBe(3);
  });
});

describe('CSV rows', () => {
  test.each<[string, string, string[]]>([
    ['are lines where nothing is quoted', 'a,b\r\nc,d', ['a,b', 'c,d']],
    ['hold line ends in quotes', '"a\nb",1\n"c\r\n",2\n', ['"a\nb",1', '"c\r\n",2']],
    ['hold doubled quotes', '"a""\n""b",1\nc,2\n', ['"a""\n""b",1', 'c,2']],
    ['take a quote inside of a bare value as it is', '5" disk,1\n6" disk,2\n', ['5" disk,1', '6" disk,2']],
    ['with a quote that is never closed end with their line', '"a,1\nb,2\nc,3', ['"a,1', 'b,2', 'c,3']],
    ['go on bare behind a closing quote', '"a"x,1\nb,2', ['"a"x,1', 'b,2']],
    ['may be parted by more than one byte', '"a\n"§1\nb§2', ['"a\n"§1', 'b§2']],
  ])('%s', (_name, text, expected) => {
    expect(rows(text, text.includes('§') ? '§' : ',')).toEqual(expected);
  });

  test('are those that were written, whatever the values', () => {
    const value = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'ü'), maxLength: 6 });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const table = fc.array(fc.array(value, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), (written, lineEnd) => {
        const printed = written.map((row) => row.map(quoted).join(','));
        expect(rows(printed.map((row) => row + lineEnd).join(''))).toEqual(printed);
      }),
      { numRuns: 500 },
    );
  });
});

describe('JSON values', () => {
  test.each<[string, string, string[]]>([
    ['are the elements of a list', '[{"a":1}, {"b":[1,2]}]', ['{"a":1}', '{"b":[1,2]}']],
    ['are the elements of a list over several lines', '[\n {"a":\n1},\n {}\n]\n', ['{"a":\n1}', '{}']],
    ['may be one document', '{\n"a": {}\n}', ['{\n"a": {}\n}']],
    ['may stand one after another', '{"a":1}\n{"b":2}{"c":3}', ['{"a":1}', '{"b":2}', '{"c":3}']],
    ['are not parted inside of strings', '[{"a":"]},{\\""},"x,y"]', ['{"a":"]},{\\""}', '"x,y"']],
    ['are of several lists all elements', '[1,2]\n[{"a":1}]', ['1', '2', '{"a":1}']],
    ['that are lists in a list stay whole', '[[1,2],[3]]', ['[1,2]', '[3]']],
    ['of a list that was cut off are its elements', '[{"a":1},{"b"', ['{"a":1}', '{"b"']],
    ['that cannot be told apart stay in sight', ']x {"a', [']x', '{"a']],
    ['are none in an empty list', '[ ]', []],
    ['are none in nothing', ' \n', []],
  ])('%s', (_name, text, expected) => {
    expect(values(text)).toEqual(expected);
  });

  test('are those that were written', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 3 })), fc.nat(2), (documents, indent) => {
        const printed = JSON.stringify(documents, null, indent);
        expect(values(printed).map((text) => JSON.parse(text))).toEqual(JSON.parse(printed));
      }),
      { numRuns: 500 },
    );
  });

  test('leave out nothing but white space, commas and the brackets of lists', () => {
    const unit = fc.constantFrom('[', ']', '{', '}', '"', '\\', ',', ' ', '\n', 'a', '1');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
        const bare = (all: string) => [...all].filter((char) => !'[], \n'.includes(char)).join('');
        expect(bare(values(text).join(''))).toBe(bare(text));
      }),
      { numRuns: 2_000 },
    );
  });
});
