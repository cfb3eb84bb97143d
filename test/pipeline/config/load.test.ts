// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of the configuration look like templates
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../../pipeline/config/index.ts';
import { load, loadAs, readerOf } from './reading.ts';

describe('without a word', () => {
  const defaults = load({ text: '' });

  test.each([
    ['a file of comments', '# nothing yet\n'],
    ['an empty document', '---\n'],
    ['sections with nothing in them', 'worker:\nenrich:\n  tables:\nlog: {}\n'],
    ['a byte order mark alone', '\uFEFF'],
  ])('%s means the defaults', (_name, text) => {
    const readFile = readerOf({ 'tocsin.yaml': text });
    expect(loadConfig({ path: 'tocsin.yaml', env: {}, readFile })).toEqual(defaults);
  });

  test('no file at all means the defaults', () => {
    expect(loadConfig({ env: {}, readFile: readerOf({}) })).toEqual(defaults);
  });

  test('the defaults run everything embedded', () => {
    expect(defaults).toMatchObject({
      broker: { kind: 'embedded' },
      state: { kind: 'memory' },
      warehouse: { engine: 'auto' },
      registry: { kind: 'embedded' },
      worker: {
        graphs: ['reduce', 'relate', 'warehouse'],
        heartbeatMs: 1_000,
        clockSlackMs: 500,
        batchRecords: 500,
        batchBytes: 262_144,
        rawBatchRecords: 2_000,
        rawBatchBytes: 1_048_576,
      },
    });
  });
});

describe('references', () => {
  const Schema = z.strictObject({
    text: z.string().default('none'),
    count: z.number().default(0),
    isOn: z.boolean().default(false),
    either: z.union([z.number(), z.string()]).default(0),
  });
  const cases: readonly [string, string, Record<string, string>, object][] = [
    ['a variable stands for its text', 'text: ${env:A}', { A: 'x' }, { text: 'x' }],
    [
      'a reference may stand inside a text',
      'text: http://${env:A}:${env:B}/',
      { A: 'h', B: '1' },
      { text: 'http://h:1/' },
    ],
    ['a default stands in for a missing variable', 'text: ${env:A:-d}', {}, { text: 'd' }],
    ['a default stands in for an empty variable', 'text: ${env:A:-d}', { A: '' }, { text: 'd' }],
    ['a default may be empty', 'text: "${env:A:-}"', {}, { text: '' }],
    ['an empty variable without default is an empty text', 'text: ${env:A}', { A: '' }, { text: '' }],
    ['a variable becomes a number where one belongs', 'count: ${env:A:-9092}', {}, { count: 9092 }],
    ['a quoted reference does, too', 'count: "${env:A}"', { A: '-1.5e3' }, { count: -1500 }],
    ['a variable becomes true or false where that belongs', 'isOn: ${env:A}', { A: 'true' }, { isOn: true }],
    ['digits stay a text where a text belongs', 'text: ${env:A}', { A: '007' }, { text: '007' }],
    ['digits stay a text where a text may stand', 'either: ${env:A}', { A: '7' }, { either: '7' }],
    [
      'a variable cannot bring in YAML',
      'text: ${env:A}',
      { A: 'x\ncount: 7 # { [ &a' },
      { text: 'x\ncount: 7 # { [ &a', count: 0 },
    ],
    [
      'a variable is not looked through for references',
      'text: ${env:A}',
      { A: '${env:B}', B: 'no' },
      { text: '${env:B}' },
    ],
    ['two dollars stand for one', 'text: $${env:A}', { A: 'no' }, { text: '${env:A}' }],
    ['other dollars are left alone', 'text: ^a$|${1}|${name}', {}, { text: '^a$|${1}|${name}' }],
  ];
  test.each(cases)('%s', (_name, text, env, expected) => {
    expect(loadAs(Schema, { text, env })).toMatchObject(expected);
  });

  test('a file stands for its text without its last line break', () => {
    expect(loadAs(Schema, { text: 'text: ${file:a.txt}', files: { 'a.txt': 'one\ntwo\r\n' } }).text).toBe(
      'one\ntwo',
    );
  });

  test('an alias stands for what its anchor holds', () => {
    expect(
      loadAs(z.object({ a: z.array(z.string()), b: z.array(z.string()) }), { text: 'a: &x [p, q]\nb: *x\n' })
        .b,
    ).toEqual(['p', 'q']);
  });

  test('a key that looks like a number or a boolean is the text that was written', () => {
    const text = '007: a\ntrue: b\n1e3: c\n';
    expect(loadAs(z.record(z.string(), z.string()), { text })).toEqual({ '007': 'a', true: 'b', '1e3': 'c' });
  });
});

describe('table files', () => {
  const enrich = 'enrich:\n  tables:\n    - name: t\n      file: t.csv\n      match: { host: host }\n';

  test('rows come from CSV, quotes and all', () => {
    const { enrich: loaded } = load({
      text: enrich,
      files: { 't.csv': 'host,team\na,"b, ""c"""\n\n# note\nd,e\n' },
    });
    expect(loaded.tables[0]?.rows).toEqual([
      { host: 'a', team: 'b, "c"' },
      { host: 'd', team: 'e' },
    ]);
  });

  test('rows come from YAML, numbers as the text that was written', () => {
    const text = enrich.replace('t.csv', 't.yaml');
    const { enrich: loaded } = load({
      text,
      files: { 't.yaml': '- { host: a, port: 0080, isOld: true }\n' },
    });
    expect(loaded.tables[0]?.rows).toEqual([{ host: 'a', port: '0080', isOld: 'true' }]);
  });

  test('the rows of a YAML file may stand under their own name', () => {
    const text = 'correlate:\n  topology:\n    file: deps.yaml\n';
    const { correlate } = load({ text, files: { 'deps.yaml': 'edges:\n  - { from: a, to: b }\n' } });
    expect(correlate.topology.edges).toEqual([{ from: 'a', to: 'b' }]);
  });

  test('files are looked for beside the configuration, wherever that is', () => {
    const files = { '/etc/tocsin/tocsin.yaml': enrich, '/etc/tocsin/t.csv': 'host\na\n' };
    const config = loadConfig({ path: '/etc/tocsin/tocsin.yaml', env: {}, readFile: readerOf(files) });
    expect(config.enrich.tables[0]?.rows).toEqual([{ host: 'a' }]);
  });

  test('an absolute path stays what it is', () => {
    const text = enrich.replace('t.csv', '/data/t.csv');
    expect(load({ text, files: { '/data/t.csv': 'host\na\n' } }).enrich.tables[0]?.rows).toHaveLength(1);
  });

  test('the name of a file may hold a reference', () => {
    const text = enrich.replace('t.csv', '${env:DIR}/t.csv');
    expect(
      load({ text, env: { DIR: 'x' }, files: { 'x/t.csv': 'host\na\n' } }).enrich.tables[0]?.rows,
    ).toHaveLength(1);
  });
});

describe('the place of a rule', () => {
  const text = [
    'suppress:',
    '  silences:',
    '    - { id: a, matchers: \'x="y"\', endsAt: 9 }',
    '    # the next one',
    '    - id: b',
    '      matchers: \'x="y"\'',
    '      endsAt: 9',
    '    - id: c',
    '      matchers: \'x="y"\'',
    '      endsAt: 9',
    '      location: rules.jsonnet:7',
    '  storm:',
    '    threshold: 5',
  ].join('\n');

  test('is the file and line it begins on, unless it names another', () => {
    expect(load({ text }).suppress.silences.map((rule) => rule.location)).toEqual([
      'tocsin.yaml:3',
      'tocsin.yaml:5',
      'rules.jsonnet:7',
    ]);
  });

  test('is the line of its key where it is not in a list', () => {
    expect(load({ text }).suppress.storm.location).toBe('tocsin.yaml:12');
  });

  test('does not depend on the folder of the configuration', () => {
    const config = loadConfig({ path: '/etc/tocsin/tocsin.yaml', text, env: {}, readFile: readerOf({}) });
    expect(config.suppress.silences[0]?.location).toBe('tocsin.yaml:3');
  });
});
