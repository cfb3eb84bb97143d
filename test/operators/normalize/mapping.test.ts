import { describe, expect, it } from 'vitest';
import {
  normalizeAll,
  normalizeOne,
  onlyAlert,
  onlyError,
  rawRecord,
  recordAt,
} from '../../support/raw-records.ts';

const ait = { presets: ['ait-ads'] };
const line =
  '1643932807,Wazuh: Apache: x, y, and z.,192.168.131.109,internal_share,W-All-Ids,false_positive,dnsteal';

describe('the preset ait-ads', () => {
  const at = Date.UTC(2022, 1, 4, 12);

  it('reads a line, splitting it from the right, since the name may hold commas', () => {
    expect(onlyAlert(line, ait, { at })).toEqual({
      tenant: 'default',
      source: 'wazuh',
      name: 'Wazuh: Apache: x, y, and z.',
      severity: 'unknown',
      labels: { host: 'internal_share', ip: '192.168.131.109', short: 'W-All-Ids' },
      annotations: {},
      generatorUrl: '',
      ending: 'window',
      status: 'firing',
      observedAt: 1_643_932_807_000,
      startsAt: null,
      endsAt: null,
      value: null,
      id: '',
    });
  });

  it('never looks at the truth', () => {
    const other = line.replace('false_positive,dnsteal', 'network_scans,-');
    const [a, b] = normalizeAll([rawRecord(line, { at }), rawRecord(other, { at })], {
      config: ait,
    }).observations;
    expect(a?.head).toBe(b?.head);
    expect(JSON.stringify([a?.head, a?.tail])).not.toMatch(/dnsteal|false_positive/);
  });

  it('takes quotes as they are', () => {
    expect(onlyAlert(line.replace('x, y', '"x", y'), ait, { at }).name).toBe('Wazuh: Apache: "x", y, and z.');
  });

  it('reads several lines, judged one by one', () => {
    const { events } = normalizeOne(`${line}\r\nwhat,ever\n${line}\n`, ait, { at });
    expect(events.map((event) => (event.kind === 'dead-letter' ? event.error : event.kind))).toEqual([
      'observation',
      { code: 'record.invalid-field', detail: 'a line with 2 columns instead of 7' },
      'observation',
    ]);
  });

  it.each([
    [
      'a header line',
      'time,name,ip,host,short,time_label,event_label',
      "record.mapping-failed: mapping 'ait-ads': observedAt: int()",
    ],
    ['a line without commas', 'hello', 'record.invalid-field: a line with 1 columns instead of 7'],
    [
      'a line with six columns',
      line.replace('Wazuh: Apache: x, y, and z.,', ''),
      'record.invalid-field: a line with 6 columns',
    ],
    [
      'a line without a name',
      line.replace('Wazuh: Apache: x, y, and z.', ''),
      "record.invalid-field: mapping 'ait-ads': name: an alert needs a name",
    ],
    [
      'a line with milliseconds for seconds',
      line.replace('1643932807', '1643932807000'),
      "record.invalid-time: mapping 'ait-ads': observedAt: 1643932807000000 looks like microseconds",
    ],
    ['empty lines', '\n\r\n', 'record.empty'],
  ])('refuses %s', (_, text, error) => {
    expect(onlyError(text, ait, { at })).toContain(error);
  });

  it('leaves JSON to the other shapes', () => {
    expect(onlyAlert('{"name":"x"}', ait).name).toBe('x');
  });
});

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

const json = (fields: object, overrides: object = {}): object => ({
  mappings: [{ name: 'm', fields: { name: '"x"', ...fields }, ...overrides }],
});

describe('a mapping of JSON', () => {
  it('reads whatever its expressions say', () => {
    const config = json(
      {
        tenant: 'body.org',
        source: '"zabbix"',
        name: 'body.event.title',
        severity: 'body.event.level > 3.0 ? "critical" : "low"',
        status: 'body.event.ok ? "resolved" : "firing"',
        labels: { host: 'body.host', rack: 'body.?rack', port: 'int(body.port)' },
        annotations: { at: 'string(at)', via: 'headers["via"]' },
        observedAt: 'timestamp(body.event.time)',
        startsAt: 'int(body.event.since) * 1000',
        value: 'body.event.level',
        id: 'body.event.id',
        generatorUrl: '"http://zabbix/" + body.host',
      },
      { ending: 'explicit' },
    );
    const event = {
      title: 'Disk full',
      level: 4.5,
      ok: false,
      time: '2024-06-01T11:00:00Z',
      since: 1_717_239_600,
      id: 17,
    };
    const alert = onlyAlert({ org: 'acme', host: 'db-1', port: 5432, event }, config, {
      headers: { via: 'kafka' },
    });
    expect(alert).toEqual({
      tenant: 'acme',
      source: 'zabbix',
      name: 'Disk full',
      severity: 'critical',
      labels: { host: 'db-1', port: '5432' },
      annotations: { at: String(recordAt), via: 'kafka' },
      generatorUrl: 'http://zabbix/db-1',
      ending: 'explicit',
      status: 'firing',
      observedAt: Date.UTC(2024, 5, 1, 11),
      startsAt: Date.UTC(2024, 5, 1, 11),
      endsAt: null,
      value: 4.5,
      id: '17',
    });
  });

  it('without a condition takes only what nobody else knows', () => {
    const config = json({ name: '"mapped"' });
    expect(onlyAlert({ title: 't' }, config).name).toBe('mapped');
    expect(onlyAlert({ name: 'own' }, config).name).toBe('own');
  });

  it('with a condition comes before the built-in shapes', () => {
    const config = json({ name: '"mapped"' }, { when: 'body.kind == "k"' });
    expect(onlyAlert({ name: 'own', kind: 'k' }, config).name).toBe('mapped');
    expect(onlyAlert({ name: 'own', kind: 'l' }, config).name).toBe('own');
    expect(onlyAlert({ name: 'own' }, config).name).toBe('own');
  });

  it.each([
    [
      'that misses a key',
      { source: 'body.nope' },
      "record.mapping-failed: mapping 'm': source: No such key: nope",
    ],
    [
      'that converts what is no number',
      { value: 'double(body.word)' },
      "record.mapping-failed: mapping 'm': value: double()",
    ],
    [
      'that yields a list for a label',
      { labels: { a: 'body.list' } },
      'record.invalid-field: mapping \'m\': labels."a": expected a text, got a list',
    ],
    ['that yields an unknown status', { status: 'body.word' }, "record.invalid-field: mapping 'm': status"],
    [
      'that yields seconds',
      { observedAt: '1717239600' },
      "record.invalid-time: mapping 'm': observedAt: 1717239600 looks like seconds",
    ],
    ['that yields no name', { name: '""' }, "record.invalid-field: mapping 'm': name: an alert needs a name"],
    ['that divides by zero', { value: '1 / 0' }, "record.mapping-failed: mapping 'm': value:"],
    [
      'that mixes number types',
      { value: 'body.n + 1' },
      "record.mapping-failed: mapping 'm': value: no such overload",
    ],
  ])('%s makes a dead letter', (_, fields, error) => {
    expect(onlyError({ word: 'w', list: [1], n: 1 }, json(fields))).toContain(error);
  });

  it('yields integers too large for a number as text', () => {
    expect(onlyAlert({ a: 1 }, json({ labels: { id: '9007199254740993' } })).labels).toEqual({
      id: '9007199254740993',
    });
  });
});
