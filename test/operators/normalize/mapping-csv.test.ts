import { describe, expect, it } from 'vitest';
import { normalizeOne, onlyAlert, onlyError } from '../../support/raw-records.ts';

const csv = (overrides: object = {}): object => ({
  mappings: [
    {
      name: 'm',
      format: 'csv',
      columns: ['name', 'note'],
      fields: { name: 'row.name', annotations: { note: 'row.note' } },
      ...overrides,
    },
  ],
});

const notes = (text: string, config = csv()): readonly unknown[] =>
  normalizeOne(text, config).events.map((event) =>
    event.kind === 'observation' ? [event.head.name, event.head.annotations['note']] : event.kind,
  );

describe('CSV (RFC 4180)', () => {
  it.each([
    ['bare values', 'a,b', [['a', 'b']]],
    ['an empty value', 'a,', [['a', '']]],
    ['a delimiter in quotes', 'a,"b,c"', [['a', 'b,c']]],
    [
      'a line end in quotes',
      'a,"b\r\nc"\nd,e',
      [
        ['a', 'b\r\nc'],
        ['d', 'e'],
      ],
    ],
    ['a doubled quote', 'a,"say ""hi"""', [['a', 'say "hi"']]],
    ['an empty value in quotes', 'a,""', [['a', '']]],
    ['an empty value at the very end, behind quotes', '"a",', [['a', '']]],
    ['a quote within a bare value', 'a,5" pipe', [['a', '5" pipe']]],
    [
      'a last line without a line end',
      '"a",b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    [
      'empty lines',
      '\n"a",b\n\n\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a quote that is never closed', '"a",b\nc,"d\n', [['a', 'b'], 'dead-letter']],
    ['text behind a closing quote, which belongs to the value', 'a,"b"c', [['a', 'bc']]],
    ['too many columns', 'a,b,c', ['dead-letter']],
    ['too few columns', 'a', ['dead-letter']],
  ])('with %s', (_, text, expected) => {
    expect(notes(text)).toEqual(expected);
  });

  it('may have another delimiter', () => {
    expect(notes('a;"b;c"', csv({ delimiter: ';' }))).toEqual([['a', 'b;c']]);
  });

  it('without configured columns names them in its first line', () => {
    expect(notes('note,name,more\nb,a,x\nd,c,y', csv({ columns: [] }))).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('of which the header lacks a column is a failed mapping', () => {
    expect(onlyError('name\na', csv({ columns: [] }))).toBe(
      "record.mapping-failed: mapping 'm': annotations.note: No such key: note",
    );
  });

  it('that is only a header has no alerts', () => {
    expect(onlyError('name,note\n', csv({ columns: [] }))).toContain('record.empty');
  });

  it('is read by the first mapping whose condition is true', () => {
    const mapping = (name: string, when: string): object => ({
      name,
      format: 'csv',
      columns: ['a', 'b'],
      when,
      fields: { name: `"${name}"` },
    });
    const config = {
      mappings: [
        mapping('rest', ''),
        mapping('broken', 'int(row.a) > 0'),
        mapping('one', 'row.a == "1"'),
        mapping('header', 'headers.kind == "h"'),
      ],
    };
    expect(onlyAlert('x,y', config).name).toBe('rest');
    expect(onlyAlert('1,y', config).name).toBe('broken');
    expect(onlyAlert('x,y', config, { headers: { kind: 'h' } }).name).toBe('header');
  });

  it('that no mapping wants is of unknown shape', () => {
    expect(onlyError('x,y', csv({ when: 'row.name == "a"' }))).toContain(
      'record.unknown-shape: no CSV mapping',
    );
  });

  it('may come in a CloudEvent of binary mode', () => {
    const headers = { ce_specversion: '1.0', ce_source: 'feed', ce_type: 't', ce_id: '1' };
    expect(onlyAlert('a,b', csv(), { headers })).toMatchObject({ name: 'a', source: 'feed', id: '1' });
  });
});
