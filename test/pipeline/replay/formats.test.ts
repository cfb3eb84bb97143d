import { describe, expect, test } from 'vitest';
import { NormalizeConfig } from '../../../operators/normalize/index.ts';
import { rulesFor } from '../../../pipeline/replay/csv-format.ts';
import { formatChooser } from '../../../pipeline/replay/formats.ts';
import { arrivalsOf, inputOf } from './files.ts';

const nagios = {
  name: 'nagios',
  format: 'csv',
  columns: ['when', 'what', 'where'],
  fields: { name: 'row.what', observedAt: 'int(row.when)', labels: { host: 'row.where' } },
};
const headed = {
  name: 'headed',
  format: 'csv',
  delimiter: ';',
  fields: { name: 'row.what', observedAt: 'row.when' },
};
const own = { name: 'own', when: 'has(body.ts)', fields: { name: 'body.what', observedAt: 'body.ts' } };
const config = NormalizeConfig.parse({ mappings: [nagios, headed, own] });
const aitHeader = 'time,name,ip,host,short,time_label,event_label';
const noon = Date.UTC(2024, 5, 1, 12);

function found(text: string | Uint8Array, asked = 'auto'): string {
  return formatChooser(asked, config)(Buffer.from(text), 'x.log').name;
}

describe('auto tells the format by what the file begins with', () => {
  test.each<[string, string, string]>([
    ['documents line by line', '{"name":"a"}\n{"name":"b"}\n', 'ndjson'],
    ['one document on one line', '{"name":"a"}', 'ndjson'],
    ['lists line by line', '[{"name":"a"}]\n[{"name":"b"}]\n', 'ndjson'],
    ['lines of which the first was cut off', 'bels":{}}\n{"name":"b"}\n', 'ndjson'],
    ['lines of which the first is broken', '{"name":\n{"name":"b"}\n', 'ndjson'],
    ['a list on one line', '[{"name":"a"},{"name":"b"}]', 'json'],
    ['a list over several lines', '[\n{"name":"a"},\n{"name":"b"}\n]', 'json'],
    ['a list of one over several lines', '[\n{"name":"a"}\n]', 'json'],
    ['a document over several lines', '{\n  "name": "a"\n}\n', 'json'],
    ['the header of AIT-ADS', `${aitHeader}\n`, 'ait-ads'],
    ['the header of AIT-ADS with CRLF', `${aitHeader}\r\n`, 'ait-ads'],
    ['the columns of a mapping', 'when,what,where\n', 'csv:nagios'],
    ['the columns of a mapping in quotes', '"when","what","where"\n', 'csv:nagios'],
    ['nothing', '', 'ndjson'],
  ])('%s', (_name, text, expected) => {
    expect(found(text)).toBe(expected);
  });

  test('a list of many megabytes on one line is not parsed to find out', () => {
    const list = `[${Array(100_000).fill('{"name":"a","labels":{"b":"c"}}').join(',')}]`;
    expect(found(list)).toBe('json');
  });

  test.each<[string, string | Uint8Array, string]>([
    ['columns that no mapping has', 'a,b,c\n1,2,3\n', 'x.log begins with "a,b,c"'],
    ['text', 'Nov 23 host app: hello\n', 'x.log begins with "Nov 23 host app: hello"'],
    ['a number', '42\n', 'x.log begins with "42"'],
    ['UTF-16', Buffer.from('\ufeff{"name":"a"}', 'utf16le'), 'x.log is UTF-16'],
  ])('%s fits none, and the error says what there is', (_name, text, said) => {
    expect(() => found(text)).toThrow(
      expect.objectContaining({
        code: 'input.unknown-format',
        detail: `${said}; formats: ndjson, json, ait-ads, csv:nagios, csv:headed`,
      }),
    );
  });
});

describe('a format by its name', () => {
  test('is taken whatever the file begins with', () => {
    expect(found('a,b', 'ndjson')).toBe('ndjson');
  });

  test('that is none is a wrong usage, with those that there are', () => {
    expect(() => formatChooser('csv:nagois', config)).toThrow(
      expect.objectContaining({
        code: 'usage.invalid',
        detail: '--format csv:nagois: use auto, ndjson, json, ait-ads, csv:nagios, csv:headed',
      }),
    );
  });
});

describe('CSV as a mapping describes it', () => {
  const line = (name: string, minutes = 0) => `${noon + minutes * 60_000},${name},db-1`;
  const open = (text: string, format = 'auto') =>
    arrivalsOf(inputOf({ f: text }, { format, normalize: config }));

  test('its header line is no record, and its times are those that the mapping finds', () => {
    expect(open(`when,what,where\r\n${line('b', 1)}\r\n${line('a')}\r\n`)).toEqual([
      `f#1 ${noon} ${line('a')}`,
      `f#0 ${noon + 60_000} ${line('b', 1)}`,
    ]);
  });

  test('a file without header line has all its lines', () => {
    expect(open(`${line('a')}\n${line('b')}\n`, 'csv:nagios')).toHaveLength(2);
    expect(open('1700000000,Wazuh: x,10.0.0.1,mail,W,x,-\n', 'ait-ads')).toHaveLength(1);
  });

  test('a record may go over several lines', () => {
    expect(open(`when,what,where\n${noon},"a\nb",db-1\n${line('c')}`)).toHaveLength(2);
  });

  test('where each record must name its columns, it gets the header line', () => {
    expect(open('when;what\n2024-06-01T12:00:00Z;disk full\n', 'csv:headed')).toEqual([
      `f#0 ${noon} when;what\n2024-06-01T12:00:00Z;disk full`,
    ]);
  });
});

describe('normalize reads a run with', () => {
  const formats = (...names: string[]) =>
    names.map((name) => formatChooser(name, config)(Buffer.from(''), 'f'));
  const rules = (...names: string[]) =>
    rulesFor(config, formats(...names)).mappings.map(({ name, when }) => `${name}: ${when}`);

  test('no CSV mapping where no file is CSV', () => {
    expect(rules('ndjson')).toEqual(['own: has(body.ts)']);
  });

  test('the one that is used, or another one without condition would take its lines', () => {
    expect(rules('ndjson', 'ait-ads', 'ait-ads')).toEqual(['own: has(body.ts)', 'ait-ads: ']);
  });

  test('each of several where the record names it', () => {
    expect(rules('ait-ads', 'csv:nagios')).toEqual([
      'own: has(body.ts)',
      'ait-ads: headers["tocsin.format"] == "ait-ads"',
      'csv:nagios: headers["tocsin.format"] == "csv:nagios"',
    ]);
  });

  test('which the records of such a run do', () => {
    const files = {
      a: `${aitHeader}\n1700000000,Wazuh: x,10.0.0.1,mail,W,x,-\n`,
      b: 'when,what,where\n1,a,b\n',
      c: '{}',
    };
    const input = inputOf(files, { normalize: config });
    const names = Array.from({ length: 3 }, (_, i) => input.at(i).headers?.['tocsin.format'] ?? '-').map(
      String,
    );
    expect(names).toEqual(['ait-ads', 'csv:nagios', '-']);
    const alone = inputOf({ a: files.a, c: files.c }, { normalize: config });
    expect(alone.at(0).headers).toBeUndefined();
  });
});
