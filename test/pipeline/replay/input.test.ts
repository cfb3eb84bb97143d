import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { arrivalsOf, inputOf } from './files.ts';

const noon = Date.UTC(2024, 5, 1, 12);
const alert = (at: number | null, name = 'n') =>
  JSON.stringify(at === null ? { name } : { name, observedAt: at });
const [early, late] = [alert(noon), alert(noon + 60_000)];
const header = 'time,name,ip,host,short,time_label,event_label';
const ait = (seconds: number, name = 'Wazuh: x') => `${seconds},${name},10.0.0.1,mail,W,x,-`;
const first = Date.UTC(2000, 0);

describe('records of all files come in the order of their times', () => {
  test('files are merged; what has one time comes in the order of the files', () => {
    const input = inputOf({ a: `${early}\n${late}\n`, b: `${early}\n` });
    expect(arrivalsOf(input)).toEqual([
      `a#0 ${noon} ${early}`,
      `b#0 ${noon} ${early}`,
      `a#1 ${noon + 60_000} ${late}`,
    ]);
  });

  test('a file that jumps back is put in order', () => {
    const input = inputOf({ a: `${header}\n${ait(1_700_000_100)}\n${ait(1_700_000_000, 'a, b')}\n` });
    expect(arrivalsOf(input)).toEqual([
      `a#1 1700000000000 ${ait(1_700_000_000, 'a, b')}`,
      `a#0 1700000100000 ${ait(1_700_000_100)}`,
    ]);
  });

  test('file order can be had again', () => {
    const input = inputOf({ a: `${late}\n${early}\n`, b: `${late}\n${early}\n` });
    const places = [...input.inFileOrder()].map((index) => input.placeOf(index));
    expect(places.map(({ file, record }) => `${file}#${record}`)).toEqual(['a#0', 'a#1', 'b#0', 'b#1']);
  });

  test('a file given twice is read twice', () => {
    const input = inputOf({ a: early, b: early });
    expect(input.length).toBe(2);
  });

  test('asking beyond the end is an error', () => {
    expect(() => inputOf({ a: early }).at(1)).toThrow(RangeError);
    expect(() => inputOf({ a: '' }).at(0)).toThrow(RangeError);
  });
});

describe('a record arrives at the time of its newest alert', () => {
  const time = (value: string | object, normalize: object = {}) =>
    inputOf(
      { a: typeof value === 'string' ? value : JSON.stringify(value) },
      { normalize, format: 'ndjson' },
    ).at(0).at;
  const iso = (ms: number) => new Date(ms).toISOString();
  const amAlert = { labels: { alertname: 'a' }, startsAt: iso(noon), status: 'firing' };
  test.each<[string, object]>([
    ['its own observation', { name: 'n', observedAt: noon }],
    ['its start where no observation is stated', { name: 'n', startsAt: iso(noon) }],
    ['the end of what is resolved', { name: 'n', status: 'resolved', startsAt: noon - 1, endsAt: noon }],
    [
      'the newest of a list',
      [
        { name: 'a', observedAt: noon - 5 },
        { name: 'b', observedAt: noon },
      ],
    ],
    ['a start in an Alertmanager webhook', { version: '4', groupKey: '{}', alerts: [amAlert] }],
    [
      'an end in an Alertmanager webhook',
      {
        version: '4',
        groupKey: '{}',
        alerts: [{ ...amAlert, status: 'resolved', startsAt: iso(noon - 60_000), endsAt: iso(noon) }],
      },
    ],
    [
      'the start, not the announced end, of what Prometheus posts',
      { ...amAlert, status: undefined, endsAt: iso(noon + 240_000) },
    ],
    ['the update of what the API lists', { ...amAlert, startsAt: iso(noon - 9), updatedAt: iso(noon) }],
    [
      'the time of a CloudEvent',
      { specversion: '1.0', type: 't', source: 's', id: '1', time: iso(noon), data: { name: 'n' } },
    ],
  ])('%s', (_name, value) => {
    expect(time(value)).toBe(noon);
  });

  test('where a mapping of the config finds it', () => {
    const mapping = {
      name: 'm',
      when: 'has(body.ts)',
      fields: { name: 'body.what', observedAt: 'body.ts * 1000.0' },
    };
    expect(time({ ts: noon / 1000, what: 'x' }, { mappings: [mapping] })).toBe(noon);
  });

  test.each<[string, string]>([
    ['seconds', alert(1_700_000_000)],
    ['microseconds', alert(noon * 1000)],
    ['the year 3000', alert(Date.UTC(3000, 0))],
    ['no time', alert(null)],
    ['no alert', '{"observedAt":'],
  ])('with %s it arrives with the record before it', (_name, line) => {
    expect(arrivalsOf(inputOf({ a: `${early}\n${line}\n${late}` }))[1]).toBe(`a#1 ${noon} ${line}`);
  });

  test('without a time before it, it arrives with the first record that states one', () => {
    expect(arrivalsOf(inputOf({ a: `${alert(null)}\n${late}\n${early}` }))).toEqual([
      `a#2 ${noon} ${early}`,
      `a#0 ${noon + 60_000} ${alert(null)}`,
      `a#1 ${noon + 60_000} ${late}`,
    ]);
  });

  test('a file that states no time begins with the others; alone, it begins in 2000', () => {
    const input = inputOf({ a: alert(null, 'a'), b: early, c: alert(null, 'c') });
    expect(arrivalsOf(input).map((line) => line.slice(0, 17))).toEqual([
      `a#0 ${noon}`,
      `b#0 ${noon}`,
      `c#0 ${noon}`,
    ]);
    expect(input.files.map(({ hasTimes }) => hasTimes)).toEqual([false, true, false]);
    expect(inputOf({ a: `${alert(null)}\n${alert(null)}` }).at(1).at).toBe(first);
  });

  test('an AIT time that cannot be true is none', () => {
    const input = inputOf({ a: `${header}\n${ait(1_700_000_000)}\n${ait(17)}\n,x,1,2,3,4,-\n` });
    expect(arrivalsOf(input).map((line) => line.split(' ')[1])).toEqual(Array(3).fill('1700000000000'));
  });
});

describe('what a file may be', () => {
  test('gzip, told by its bytes and not by its name', () => {
    expect(arrivalsOf(inputOf({ 'a.txt': gzipSync(early) }))).toEqual([`a.txt#0 ${noon} ${early}`]);
  });

  test('several gzip archives one after another', () => {
    const input = inputOf({ a: Buffer.concat([gzipSync(`${early}\n`), gzipSync(late)]) });
    expect(input.length).toBe(2);
  });

  test('marked by a byte order mark, which is no part of the first record', () => {
    expect(arrivalsOf(inputOf({ a: `\ufeff${early}` }))).toEqual([`a#0 ${noon} ${early}`]);
    expect(inputOf({ a: `\ufeff${header}\n${ait(1_700_000_000)}` }).length).toBe(1);
  });

  test.each([
    ['LF', `${early}\n${late}\n`],
    ['CRLF', `${early}\r\n${late}\r\n`],
    ['no line end at its end', `${early}\n${late}`],
    ['blank lines', `\n${early}\n\n  \n${late}\n\n`],
  ])('lines with %s', (_name, text) => {
    expect(arrivalsOf(inputOf({ a: text }))).toEqual([
      `a#0 ${noon} ${early}`,
      `a#1 ${noon + 60_000} ${late}`,
    ]);
  });

  test('empty', () => {
    expect(inputOf({ a: '', b: '\n\n', c: gzipSync('') }).files.map(({ records }) => records)).toEqual([
      0, 0, 0,
    ]);
  });

  test('a header line alone', () => {
    expect(inputOf({ a: `${header}\n` }).length).toBe(0);
  });
});

describe('what cannot be read is said with the name that the user gave', () => {
  const packed = gzipSync(early.repeat(100));
  test.each<[string, Record<string, Uint8Array>, string]>([
    [
      'an archive that ends early',
      { 'a.gz': packed.subarray(0, packed.length - 9) },
      'a.gz: the gzip archive ends early',
    ],
    [
      'an archive that is damaged',
      { 'a.gz': Buffer.concat([packed.subarray(0, 12), Buffer.alloc(9, 255)]) },
      'a.gz: the gzip archive is damaged',
    ],
  ])('%s', (_name, files, said) => {
    expect(() => inputOf(files)).toThrow(expect.objectContaining({ code: 'input.unreadable', detail: said }));
  });
});
