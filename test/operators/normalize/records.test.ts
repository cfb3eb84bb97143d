import { describe, expect, it } from 'vitest';
import type { DecodeAvro } from '../../../operators/normalize/index.ts';
import type { RawAlert } from '../../../schemas/alert.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import {
  alertIn,
  bytesOf,
  normalizeAll,
  normalizeOne,
  onlyAlert,
  onlyError,
  rawRecord,
} from '../../support/raw-records.ts';

const nested = (depth: number): string => `{"name":"x","extra":${'['.repeat(depth)}${']'.repeat(depth)}}`;

describe('a record that cannot be used is one dead letter', () => {
  it.each([
    ['without a value (a tombstone)', null, 'record.empty: null'],
    ['of no bytes', '', 'record.empty: 0 bytes'],
    ['of white space', ' \n\t', 'record.empty: nothing but white space'],
    ['of a byte order mark alone', '\ufeff', 'record.empty: nothing but white space'],
    ['that is an empty list', '[]', 'record.empty: an empty list'],
    [
      'with a wrong magic byte',
      new Uint8Array([1, 0, 0, 0, 1, 65]),
      'record.bad-framing: the first byte is 1',
    ],
    ['that is gzip', new Uint8Array([0x1f, 0x8b, 8, 0]), 'record.bad-framing: the first byte is 31 (gzip'],
    ['whose Avro header ends early', new Uint8Array([0, 0, 0, 1]), 'record.bad-framing: 4 bytes'],
    ['that is not UTF-8', new Uint8Array([0x7b, 0xc3, 0x28, 0x7d]), 'record.invalid-utf8: 4 bytes'],
    ['that is UTF-16', new Uint8Array([0xff, 0xfe, 0x7b, 0]), 'record.invalid-utf8: it begins like UTF-16'],
    ['that ends within a character', new Uint8Array([0x22, 0xe2, 0x82]), 'record.invalid-utf8'],
    [
      'that is cut off JSON',
      '{"name":"x',
      'record.invalid-json: 10 characters that begin with "{\\"name\\":\\"x"',
    ],
    ['that is JSON with a comma too many', '{"name":"x",}', 'record.invalid-json'],
    [
      'that is broken JSON over several lines',
      '{\n  "name": "x",\n  "labels": {,}\n}',
      'record.invalid-json',
    ],
    ['that is a word', 'hello', 'record.invalid-json'],
    ['that is a JSON number', '42', 'record.unknown-shape: expected an object, got 42'],
    ['that is a JSON text', '"x"', 'record.unknown-shape: expected an object, got "x"'],
    ['that is JSON null', 'null', 'record.unknown-shape: expected an object, got null'],
    ['that is a list in a list', '[[]]', 'record.unknown-shape: expected an object, got a list'],
    ['that is an object without keys', '{}', 'record.unknown-shape: its keys are none'],
    ['that is an object of another kind', '{"a":1,"b":2}', 'record.unknown-shape: its keys are "a", "b"'],
    ['that nests lists too deep', nested(40), 'record.too-large: nested deeper than 32 levels'],
    ['that nests objects too deep', '{"a":'.repeat(50), 'record.too-large: nested deeper than 32 levels'],
    ['that nests 100,000 levels', nested(100_000), 'record.too-large: nested deeper than 32 levels'],
  ])('%s', (_, value, error) => {
    expect(onlyError(value)).toContain(error);
  });

  it('of 10 MB', () => {
    const value = { name: 'x', annotations: { dump: 'a'.repeat(10 * 1_048_576) } };
    expect(onlyError(value)).toMatch(/^record\.too-large: \d+ bytes are more than 1048576$/);
  });

  it('and goes untouched, with its place, to the dead letters', () => {
    const record = rawRecord('nonsense');
    expect(normalizeAll([record]).events).toEqual([
      { kind: 'dead-letter', record, n: 0, error: expect.objectContaining({ code: 'record.invalid-json' }) },
    ]);
  });

  it('and does not disturb the next one', () => {
    const records = [rawRecord(new Uint8Array([0x7b, 0xc3])), rawRecord('{"name":"x"}')];
    expect(normalizeAll(records).events.map(({ kind }) => kind)).toEqual(['dead-letter', 'observation']);
  });
});

describe('brackets in texts are not nesting', () => {
  it('however many there are', () => {
    expect(onlyAlert({ name: `${'[{'.repeat(99)}"\\${'['.repeat(99)}` }).source).toBe('');
  });
});

describe('limits', () => {
  const labels = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`l${i}`, '']));
  it.each([
    ['100,000 labels', { name: 'x', labels }, { maxBytes: 9_999_999 }, 'labels: more than 128 labels'],
    [
      'one label too many',
      { name: 'x', labels: { a: '', b: '' } },
      { maxLabels: 1 },
      'labels: more than 1 labels',
    ],
    [
      'too many bytes of labels',
      { name: 'x', labels: { a: '12345' } },
      { maxLabelBytes: 5 },
      'labels: more than 5 bytes',
    ],
    [
      'bytes, not characters',
      { name: 'x', labels: { a: '€€' } },
      { maxLabelBytes: 6 },
      'labels: more than 6 bytes',
    ],
    [
      'too many annotations',
      { name: 'x', annotations: { a: 1, b: 2 } },
      { maxAnnotations: 1 },
      'annotations: more than 1 entries',
    ],
    [
      'too many unknown keys',
      { name: 'x', list: [1, 2, 3] },
      { maxAnnotations: 2 },
      'annotations: more than 2 entries',
    ],
    [
      'too many bytes of annotations',
      { name: 'x', annotations: { a: '12345' } },
      { maxAnnotationBytes: 5 },
      'annotations: more than 5 bytes',
    ],
    ['too long a name', { name: '123456' }, { maxFieldBytes: 5 }, 'name: more than 5 bytes'],
    ['too long an id', { name: 'x', id: '123456' }, { maxFieldBytes: 5 }, 'id: more than 5 bytes'],
  ])('refuse %s', (_, value, limit, error) => {
    expect(onlyError(value, { limits: limit })).toBe(`record.too-large: ${error}`);
  });

  it.each([
    ['as many labels', { name: 'x', labels: { a: '', b: '' } }, { maxLabels: 2 }],
    ['as many bytes of labels', { name: 'x', labels: { a: '€€' } }, { maxLabelBytes: 7 }],
    ['as long a name', { name: '€' }, { maxFieldBytes: 3 }],
    ['as many levels', '{"name":"x","a":{"b":{}}}', { maxDepth: 3 }],
  ])('allow exactly %s', (_, value, limits) => {
    expect(normalizeOne(value, { limits }).observations).toHaveLength(1);
  });

  it('refuse a record with too many alerts as a whole', () => {
    const alerts = Array.from({ length: 4 }, (_, i) => ({ name: `a${i}` }));
    const config = { limits: { maxAlertsPerRecord: 3 } };
    expect(onlyError(alerts, config)).toBe('record.too-large: more than 3 alerts in one record');
    expect(onlyError(alerts.map((alert) => JSON.stringify(alert)).join('\n'), config)).toContain('too-large');
    expect(normalizeOne(alerts.slice(1), config).observations).toHaveLength(3);
  });
});

describe('several alerts in one record', () => {
  it('may stand in a list', () => {
    const { observations } = normalizeOne([{ name: 'a' }, { name: 'b' }]);
    expect(observations.map(({ head, place }) => [head.name, place.n])).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
  });

  it('are judged one by one: a bad one does not take the good ones with it', () => {
    const { events } = normalizeOne([{ name: 'a' }, 7, { name: 'b', value: 'x' }, { name: 'c' }]);
    expect(
      events.map((event) => (event.kind === 'dead-letter' ? `${event.n} ${event.error.code}` : event.kind)),
    ).toEqual(['observation', '1 record.unknown-shape', '2 record.invalid-field', 'observation']);
  });

  it('may stand on lines of their own, empty lines aside', () => {
    const { observations } = normalizeOne('{"name":"a"}\r\n\n[{"name":"b"},{"name":"c"}]\n');
    expect(observations.map(({ head, place }) => [head.name, place.n])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
  });

  it('on lines are judged line by line', () => {
    const { events } = normalizeOne('{"name":"a"}\nwhat?\n{"name":"b"');
    expect(events.map((event) => (event.kind === 'dead-letter' ? event.error.code : event.kind))).toEqual([
      'observation',
      'record.invalid-json',
      'record.invalid-json',
    ]);
  });

  it('on lines need only the last line to be whole', () => {
    expect(normalizeOne('{"name":\n{"name":"b"}').events.map(({ kind }) => kind)).toEqual([
      'dead-letter',
      'observation',
    ]);
  });

  it('a document printed over several lines is one alert', () => {
    expect(onlyAlert(JSON.stringify({ name: 'a', labels: { b: 'c' } }, null, 2)).labels).toEqual({ b: 'c' });
  });
});

const alert: RawAlert = {
  tenant: 'acme',
  source: 'probe',
  name: 'HighLatency',
  severity: 'high',
  labels: { service: 'checkout' },
  annotations: { summary: 'slow' },
  generatorUrl: 'http://probe/1',
  status: 'resolved',
  observedAt: Date.UTC(2024, 5, 1, 11),
  startsAt: null,
  endsAt: null,
  value: 3.5,
  id: 'e-1',
};

/** As the pipeline does it: one known schema id, errors as values. */
const decodeAvro: DecodeAvro = (schemaId, payload) => {
  if (schemaId !== 42) return 'unknown';
  try {
    return codecs.raw.decode(payload);
  } catch (error) {
    if (error instanceof TocsinError) return { code: error.code, detail: error.detail };
    throw error;
  }
};

const framed = (value: RawAlert, schemaId = 42): Uint8Array => codecs.raw.encodeFramed(schemaId, value);
const decoded = (value: Uint8Array) => normalizeAll([rawRecord(value)], { decodeAvro });

describe('our Avro raw alert', () => {
  it('is read field by field', () => {
    const [observation] = decoded(framed(alert)).observations;
    expect(observation && alertIn(observation)).toEqual({ ...alert, ending: 'window' });
  });

  it.each([
    ['cut off', framed(alert).subarray(0, 40), 'record.avro-truncated'],
    ['with bytes left over', bytesOf(new Uint8Array([...framed(alert), 1, 2])), 'record.avro-truncated'],
    ['of an unknown schema', framed(alert, 41), 'record.unknown-schema'],
    ['without a name', framed({ ...alert, name: '' }), 'record.invalid-field'],
    ['with a time in seconds', framed({ ...alert, observedAt: 1_717_239_600 }), 'record.invalid-time'],
    ['with NaN for a value', framed({ ...alert, value: Number.NaN }), 'record.invalid-field'],
  ])('%s is a dead letter', (_, value, code) => {
    expect(decoded(value ?? new Uint8Array()).deadLetters.map(({ error }) => error.code)).toEqual([code]);
  });

  it('of any schema is unknown when nobody hands in a decoder', () => {
    expect(onlyError(framed(alert))).toBe('record.unknown-schema: schema id 42');
  });
});
