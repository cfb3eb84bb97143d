import { describe, expect, it } from 'vitest';
import { normalizeAll, normalizeOne, onlyAlert, onlyError, rawRecord } from '../../support/raw-records.ts';
import { line } from './map.ts';

const ait = { presets: ['ait-ads'] };

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
