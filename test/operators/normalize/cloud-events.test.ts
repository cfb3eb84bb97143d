import { describe, expect, it } from 'vitest';
import { normalizeOne, onlyAlert, onlyError, recordAt } from '../../support/raw-records.ts';

const attributes = {
  specversion: '1.0',
  type: 'com.acme.alert',
  source: '/probes/eu',
  subject: 'checkout',
  id: 'ce-1',
  time: '2024-06-01T11:59:30Z',
};

const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value]));
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('a CloudEvent', () => {
  it.each([
    ['in structured mode', { ...attributes, data: { name: 'x' } }, {}],
    ['in binary mode', { name: 'x' }, { headers }],
    ['with its data as text', { ...attributes, data: '{"name":"x"}' }, {}],
    ['with its data in base64', { ...attributes, data_base64: base64('{"name":"x"}') }, {}],
    ['in a batch', [{ ...attributes, data: { name: 'x' } }], {}],
  ])('%s fills in what the alert leaves open', (_, value, overrides) => {
    expect(onlyAlert(value, {}, overrides)).toMatchObject({
      name: 'x',
      source: '/probes/eu',
      id: 'ce-1',
      observedAt: recordAt - 30_000,
      annotations: { 'cloudevents.type': 'com.acme.alert', 'cloudevents.subject': 'checkout' },
    });
  });

  it('leaves alone what the alert says itself', () => {
    const data = { name: 'x', source: 'probe', id: 'e-1', observedAt: recordAt };
    expect(onlyAlert({ ...attributes, data })).toMatchObject(data);
  });

  it('may carry an Alertmanager payload with many alerts', () => {
    const alerts = [{ labels: { alertname: 'a' } }, { labels: { alertname: 'b' } }];
    const data = { version: '4', groupKey: 'g', alerts };
    const { observations } = normalizeOne({ ...attributes, data });
    expect(observations.map(({ head }) => [head.name, head.source, head.ending])).toEqual([
      ['a', 'alertmanager', 'explicit'],
      ['b', 'alertmanager', 'explicit'],
    ]);
  });

  it('does not speak for the events after it', () => {
    const { observations } = normalizeOne([{ ...attributes, data: { name: 'a' } }, { name: 'b' }]);
    expect(observations.map(({ tail }) => tail.id)).toEqual(['ce-1', '']);
  });

  it.each(['0.3', '0.2', '2.0', '', 'one'])(
    'of version %j is a dead letter, in either mode',
    (specversion) => {
      const error = `record.unknown-shape: CloudEvents specversion ${JSON.stringify(specversion)}; only '1.0' is known`;
      const inHeaders = { headers: { ...headers, ce_specversion: specversion } };
      expect(onlyError({ ...attributes, specversion, data: { name: 'x' } })).toContain(error);
      expect(onlyError({ name: 'x' }, {}, inHeaders)).toContain(error);
    },
  );

  it('in base64 as version 0.3 has it is refused for its version, which says what is wrong', () => {
    const data = base64('{"name":"x"}');
    const old = { ...attributes, specversion: '0.3', datacontentencoding: 'base64', data };
    expect(onlyError(old)).toContain("only '1.0' is known");
  });

  it.each([
    ['without data', attributes, 'record.invalid-field: data: the CloudEvent carries none'],
    ['with null for data', { ...attributes, data: null }, 'record.invalid-field: data'],
    [
      'with data of an unknown shape',
      { ...attributes, data: { a: 1 } },
      'record.unknown-shape: its keys are "a"',
    ],
    ['with text that is no JSON', { ...attributes, data: 'oops' }, 'record.invalid-json'],
    ['with bad base64', { ...attributes, data_base64: '%%%' }, 'record.invalid-field: data_base64'],
    [
      'with bytes that are no text',
      { ...attributes, data_base64: '/w==' },
      'record.invalid-field: data_base64',
    ],
    [
      'with a bad time',
      { ...attributes, time: 'noon', data: { name: 'x' } },
      'record.invalid-time: time: "noon"',
    ],
  ])('%s is a dead letter', (_, value, error) => {
    expect(onlyError(value)).toContain(error);
  });
});
