import { describe, expect, it } from 'vitest';
import { normalizeOne, onlyAlert, onlyError, recordAt } from '../../support/raw-records.ts';

const whole = {
  tenant: 'acme',
  source: 'probe',
  name: 'HighLatency',
  status: 'resolved',
  severity: 'high',
  labels: { service: 'checkout' },
  annotations: { summary: 'slow' },
  startsAt: '2024-06-01T11:00:00Z',
  endsAt: '2024-06-01T11:30:00Z',
  observedAt: '2024-06-01T11:30:05.250Z',
  value: 512.5,
  generatorUrl: 'http://probe/1',
  id: 'e-1',
};

describe('our JSON raw alert', () => {
  it('is read field by field', () => {
    expect(onlyAlert(whole)).toEqual({
      ...whole,
      startsAt: Date.UTC(2024, 5, 1, 11),
      endsAt: Date.UTC(2024, 5, 1, 11, 30),
      observedAt: Date.UTC(2024, 5, 1, 11, 30, 5, 250),
      ending: 'window',
    });
  });

  it('needs nothing but a name', () => {
    expect(onlyAlert({ name: 'DiskFull' })).toEqual({
      tenant: 'default',
      source: '',
      name: 'DiskFull',
      status: 'firing',
      severity: 'unknown',
      labels: {},
      annotations: {},
      startsAt: null,
      endsAt: null,
      observedAt: null,
      value: null,
      generatorUrl: '',
      id: '',
      ending: 'window',
    });
  });

  it('carries place, shard and time of its record', () => {
    const [observation] = normalizeOne(whole).observations;
    expect(observation).toMatchObject({ shard: 3, place: { offset: 7, n: 0 }, at: recordAt });
  });

  it('is told a configured default tenant', () => {
    expect(onlyAlert({ name: 'x' }, { defaultTenant: 'ops' }).tenant).toBe('ops');
  });

  it('with an empty tenant belongs to the default tenant', () => {
    expect(onlyAlert({ name: 'x', tenant: '' }).tenant).toBe('default');
  });

  it('keeps keys that nobody knows as flattened annotations', () => {
    const alert = onlyAlert({ name: 'x', team: 'core', http: { status: 503, tags: ['a', true, null] } });
    expect(alert.annotations).toEqual({
      team: 'core',
      'http.status': '503',
      'http.tags.0': 'a',
      'http.tags.1': 'true',
    });
  });

  it('flattens annotations that are objects', () => {
    expect(onlyAlert({ name: 'x', annotations: { a: { b: 1 } } }).annotations).toEqual({ 'a.b': '1' });
  });

  it('takes numbers and booleans in labels as text, and drops null', () => {
    const alert = onlyAlert({ name: 'x', labels: { code: 503, ok: false, gone: null } });
    expect(alert.labels).toEqual({ code: '503', ok: 'false' });
  });

  it('keeps an empty label, since empty is not missing', () => {
    expect(onlyAlert({ name: 'x', labels: { zone: '' } }).labels).toEqual({ zone: '' });
  });

  it('of keys that occur twice keeps the last', () => {
    expect(onlyAlert('{"name":"x","labels":{"a":"1","a":"2"}}').labels).toEqual({ a: '2' });
  });

  it('may have labels named like parts of JavaScript', () => {
    const { labels } = onlyAlert('{"name":"x","labels":{"__proto__":"p","constructor":"c","toString":"t"}}');
    expect(Object.entries(labels)).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
      ['toString', 't'],
    ]);
  });

  it('without such labels does not seem to have them', () => {
    const { labels } = onlyAlert({ name: 'x', labels: { a: '1' } });
    const names = ['constructor', '__proto__', 'toString'];
    expect(names.map((name) => labels[name])).toEqual([undefined, undefined, undefined]);
  });

  it('may have an unknown key called __proto__, which pollutes nothing', () => {
    const alert = onlyAlert('{"name":"x","__proto__":{"polluted":true}}');
    expect(alert.annotations).toEqual({ '__proto__.polluted': 'true' });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('with half of a surrogate pair gets the replacement character', () => {
    const alert = onlyAlert('{"name":"a\\ud800b","labels":{"k\\udc00":"\\ud83d\\ude00"}}');
    expect(alert.name).toBe('a\ufffdb');
    expect(alert.labels).toEqual({ 'k\ufffd': '😀' });
  });

  it('may begin with a byte order mark', () => {
    expect(onlyAlert('\ufeff{"name":"x"}').name).toBe('x');
  });

  it.each([
    ['critical', 'critical'],
    ['CRIT', 'critical'],
    [' Fatal ', 'critical'],
    ['error', 'high'],
    ['warning', 'medium'],
    ['minor', 'low'],
    ['notice', 'info'],
    ['none', 'info'],
  ])('severity %j means %s', (word, severity) => {
    expect(onlyAlert({ name: 'x', severity: word }).severity).toBe(severity);
  });

  it('keeps a severity that nobody knows beside `unknown`', () => {
    const alert = onlyAlert({ name: 'x', severity: 'purple' });
    expect([alert.severity, alert.annotations]).toEqual(['unknown', { 'severity.original': 'purple' }]);
  });

  it('has its severities renamed by the config', () => {
    const severityMap = { Purple: 'critical', warning: 'low' };
    const severities = ['purple', 'WARNING', 'info'].map((severity) =>
      onlyAlert({ name: 'x', severity }, { severityMap }),
    );
    expect(severities.map(({ severity }) => severity)).toEqual(['critical', 'low', 'info']);
  });

  it.each([
    [12, 12],
    ['12.5', 12.5],
    ['-1e3', -1000],
    [0, 0],
    ['', null],
    [null, null],
  ])('value %j is %j', (value, expected) => {
    expect(onlyAlert({ name: 'x', value }).value).toBe(expected);
  });

  it('status is read whatever its letter case', () => {
    expect(onlyAlert({ name: 'x', status: 'Resolved' }).status).toBe('resolved');
  });
});

describe('a raw alert is refused', () => {
  it.each([
    ['without a name', { source: 'a', labels: {} }, 'record.invalid-field: name: an alert needs a name'],
    ['with an empty name', { name: '' }, 'record.invalid-field: name: an alert needs a name'],
    [
      'with a name that is an object',
      { name: {} },
      'record.invalid-field: name: expected a text, got an object',
    ],
    [
      'with a source that is a list',
      { name: 'x', source: [] },
      'record.invalid-field: source: expected a text, got a list',
    ],
    [
      'with labels that are a list',
      { name: 'x', labels: ['a'] },
      'record.invalid-field: labels: expected an object of texts',
    ],
    [
      'with labels that are a text',
      { name: 'x', labels: 'a=b' },
      'record.invalid-field: labels: expected an object of texts',
    ],
    [
      'with a label that is an object',
      { name: 'x', labels: { k8s: { pod: 'p' } } },
      'record.invalid-field: labels."k8s": expected a text',
    ],
    [
      'with a label that has no name',
      { name: 'x', labels: { '': 'v' } },
      'record.invalid-field: labels: a label has an empty name',
    ],
    [
      'with annotations that are a number',
      { name: 'x', annotations: 3 },
      'record.invalid-field: annotations: expected an object',
    ],
    [
      'with an unknown status',
      { name: 'x', status: 'maybe' },
      "record.invalid-field: status: expected 'firing' or 'resolved', got \"maybe\"",
    ],
    ['with a status that is a number', { name: 'x', status: 1 }, 'record.invalid-field: status: expected'],
    [
      'with a value that is a word',
      { name: 'x', value: 'high' },
      'record.invalid-field: value: expected a finite number, got "high"',
    ],
    ['with a value that is the text NaN', { name: 'x', value: 'NaN' }, 'record.invalid-field: value'],
    [
      'with a value that is the text Infinity',
      { name: 'x', value: '-Infinity' },
      'record.invalid-field: value',
    ],
    [
      'with a value beyond all numbers',
      '{"name":"x","value":1e999}',
      'record.invalid-field: value: expected a finite number, got Infinity',
    ],
    ['with a bare NaN, which is no JSON', '{"name":"x","value":NaN}', 'record.invalid-json'],
    ['with a value that is a boolean', { name: 'x', value: true }, 'record.invalid-field: value'],
  ])('%s', (_, value, error) => {
    expect(onlyError(value)).toContain(error);
  });
});
