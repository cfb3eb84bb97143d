import { describe, expect, test } from 'vitest';
import { number, paintFor, percent, table } from '../../../pipeline/cli/print.ts';

test.each<[number, string]>([
  [0, '0'],
  [1_234_567, '1,234,567'],
  [-1_000, '-1,000'],
  [0.256, '0.26'],
])('the number %d is printed as %s', (value, text) => {
  expect(number(value)).toBe(text);
});

test.each<[number, number, string]>([
  [1, 3, '33.3 %'],
  [0, 5, '0.0 %'],
  [0, 0, '–'],
])('%d of %d is %s', (part, whole, text) => {
  expect(percent(part, whole)).toBe(text);
});

describe('a table', () => {
  const columns = [{ title: 'stage' }, { title: 'alerts', align: 'right' }] as const;

  test('has columns as wide as their widest cell, numbers to the right', () => {
    expect(
      table(columns, [
        ['normalize', '5'],
        ['dedupe', '1,000'],
      ]),
    ).toBe('stage      alerts\nnormalize       5\ndedupe      1,000\n');
  });

  test('has no line of titles when none is named', () => {
    expect(table([{ title: '' }, { title: '' }], [['a', 'b']])).toBe('a  b\n');
  });

  test('fills in what a short row lacks, and ends no line in a space', () => {
    expect(table([{ title: 'a' }, { title: 'b' }], [['wide cell']])).toBe('a          b\nwide cell\n');
  });

  test('does not count colours as width', () => {
    const paint = paintFor({ write: () => {}, isTTY: true, columns: 80 }, {});
    expect(table([{ title: 'a' }, { title: 'b' }], [[paint.red('x'), 'y']])).toBe(
      'a  b\n\u001b[31mx\u001b[0m  y\n',
    );
  });
});
