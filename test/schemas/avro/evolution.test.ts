import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foreignType } from '../../../schemas/avro/avro-types.ts';
import { codecOf } from '../../../schemas/avro/codec.ts';
import type { Codec } from '../../../schemas/avro/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import type { RecordSchema } from '../../../schemas/avro/notation.ts';
import { rawAlertSchema } from '../../../schemas/avro/raw-alert.ts';
import { reducedSchema } from '../../../schemas/avro/reduced.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import { anyEnrichedAlert, anyRawAlert } from '../../support/arbitraries.ts';

/** A producer that knows only what is required and keeps its own namespace. */
const oldWriter = {
  type: 'record',
  name: 'RawAlert',
  namespace: 'com.example.alerts',
  fields: [
    { name: 'name', type: 'string' },
    { name: 'status', type: { type: 'enum', name: 'Status', symbols: ['RESOLVED', 'FIRING'] } },
  ],
};

const withField = (schema: RecordSchema, field: RecordSchema['fields'][number]): RecordSchema => ({
  ...schema,
  fields: [field, ...schema.fields],
});

/** The schema of a later version: `symbol` is added to the enum, in front of what there was after UNKNOWN. */
function withSymbol(schema: RecordSchema, enumName: string, symbol: string): RecordSchema {
  return JSON.parse(
    JSON.stringify(schema),
    (_key, node: { type?: string; name?: string; symbols?: string[] }) => {
      if (node?.type !== 'enum' || node.name !== enumName) return node;
      const [unknown = '', ...rest] = node.symbols ?? [];
      return { ...node, symbols: [unknown, symbol, ...rest] };
    },
  );
}

describe('a schema of something else', () => {
  const itself = { name: 'parent', doc: 'Itself.', type: 'RawAlert' };
  const deep = Array.from({ length: 6_000 }).reduce<object | string>(
    (items) => ({ type: 'array', items }),
    'string',
  );

  test.each<[string, unknown, string]>([
    ['a bare text', 'string', 'it describes a value of type string, not a record'],
    ['a list', { type: 'array', items: 'string' }, 'it describes a value of type array, not a record'],
    ['an alert or nothing', ['null', rawAlertSchema], 'it describes a value of type null, not a record'],
    ['another record', { type: 'record', name: 'Node', fields: [] }, 'no alias found for Node'],
    [
      'an alert with thousands of lists in each other',
      { ...rawAlertSchema, fields: [{ name: 'deep', type: deep }, ...rawAlertSchema.fields] },
      'it is nested too deeply to be read',
    ],
  ])('%s is refused with a reason for people', (_, schema, detail) => {
    const error = { code: 'record.incompatible-schema', detail };
    expect(() => codecs.raw.readerOf(schema)).toThrow(expect.objectContaining(error));
  });

  test('an alert that contains itself is refused with each of its values, which have no end', () => {
    const read = codecs.raw.readerOf({ ...rawAlertSchema, fields: [itself, ...rawAlertSchema.fields] });
    const error = { code: 'record.avro-truncated', detail: 'it is nested too deeply to be read' };
    expect(() => read(Buffer.alloc(100))).toThrow(expect.objectContaining(error));
  });

  test('a union of nothing but an alert is read', () => {
    expect(codecs.raw.hasLayoutOf([rawAlertSchema])).toBe(false);
    expect(() => codecs.raw.readerOf([rawAlertSchema])).not.toThrow();
  });
});

describe('a reader older than the writer', () => {
  const newer = withSymbol(
    withField(rawAlertSchema, { name: 'region', doc: 'Added later.', type: 'string', default: '' }),
    'Severity',
    'CATASTROPHIC',
  );
  const writer = foreignType(newer);
  const read = codecs.raw.readerOf(newer);
  const written = {
    tenant: 't',
    source: 's',
    name: 'n',
    labels: { a: 'b' },
    annotations: {},
    generatorUrl: '',
    observedAt: null,
    startsAt: 5,
    endsAt: null,
    value: 2,
    id: '',
    region: 'eu',
  };
  // The writer is avsc without our words: it takes symbols.
  const bytes = (severity: string) => writer.toBuffer({ ...written, severity, status: 'FIRING' });

  test('skips the fields it does not know', () => {
    const { region, ...known } = { ...written, severity: 'low', status: 'firing' };
    expect(region).toBe('eu');
    expect(read(bytes('LOW'))).toEqual(known);
  });

  test('reads a word it does not know as unknown', () => {
    expect(read(bytes('CATASTROPHIC')).severity).toBe('unknown');
  });

  test('refuses a status it does not know, since it could only guess', () => {
    const later = withSymbol(rawAlertSchema, 'Status', 'PENDING');
    const pending = foreignType(later).toBuffer({
      ...written,
      severity: 'LOW',
      status: 'PENDING',
    });
    expect(() => codecs.raw.readerOf(later)(pending)).toThrow('Status is unknown');
  });

  test('refuses a reduced record of a kind it does not know', () => {
    const later = withField(reducedSchema, {
      name: 'anchor',
      doc: 'Later.',
      type: ['null', 'long'],
      default: null,
    });
    const none = { partial: null, late: null, heartbeat: null, control: null };
    const anchor = foreignType(later).toBuffer({ ...none, anchor: 1 });
    expect(() => codecs.reduced.readerOf(later)(anchor)).toThrow('of a kind this version does not know');
  });
});

describe('a reader newer than the writer', () => {
  test('fills in what the writer did not know', () => {
    const bytes = foreignType(oldWriter).toBuffer({ name: 'n', status: 'RESOLVED' });
    expect(codecs.raw.readerOf(oldWriter)(bytes)).toEqual({
      tenant: 'default',
      source: '',
      name: 'n',
      severity: 'unknown',
      labels: {},
      annotations: {},
      generatorUrl: '',
      status: 'resolved',
      observedAt: null,
      startsAt: null,
      endsAt: null,
      value: null,
      id: '',
    });
  });

  test('takes an alert without a status as firing, as in JSON', () => {
    const nameOnly = { ...oldWriter, fields: oldWriter.fields.slice(0, 1) };
    const bytes = foreignType(nameOnly).toBuffer({ name: 'n' });
    expect(codecs.raw.readerOf(nameOnly)(bytes)).toMatchObject({ name: 'n', status: 'firing' });
  });

  test('reads every value of the version before it', () => {
    const older: Codec<unknown> = codecOf({ topic: 'alerts.raw.v1', schema: rawAlertSchema });
    const later = withField(rawAlertSchema, { name: 'region', doc: 'Later.', type: 'string', default: 'eu' });
    const newer: Codec<unknown> = codecOf({ topic: 'alerts.raw.v1', schema: later });
    const read = newer.readerOf(rawAlertSchema);
    fc.assert(
      fc.property(anyRawAlert, (alert) => {
        expect(read(older.encode(alert))).toEqual({ ...alert, region: 'eu' });
      }),
    );
  });

  test.each([
    ['its own schema', codecs.enriched.schema],
    ['its own schema in another namespace', { ...codecs.enriched.schema, namespace: 'com.example' }],
  ])('reads what was written with %s', (_case, schema) => {
    const read = codecs.enriched.readerOf(schema);
    fc.assert(
      fc.property(anyEnrichedAlert, (alert) => {
        expect(read(codecs.enriched.encode(alert))).toEqual(alert);
      }),
    );
  });
});

describe('a writer that cannot be read', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['lacks the name', { ...oldWriter, fields: oldWriter.fields.slice(1) }],
    [
      'gives a field another type',
      { ...oldWriter, fields: [...oldWriter.fields, { name: 'value', type: 'string' }] },
    ],
    ['writes another record', { ...oldWriter, name: 'Metric' }],
    ['has a schema that is not Avro', { type: 'nonsense' }],
    ['has a schema that is not an object', 42],
  ];
  test.each(cases)('is refused when it %s', (_case, schema) => {
    expect(() => codecs.raw.readerOf(schema)).toThrow(TocsinError);
    expect(() => codecs.raw.readerOf(schema)).toThrow('record.incompatible-schema');
  });
});
