import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawRecord, ReduceEvent } from '../../operators/events.ts';
import { fingerprint } from '../../operators/fingerprint/index.ts';
import { makeNormalize } from '../../operators/normalize/index.ts';
import { codecs } from '../../schemas/avro/index.ts';
import { catalogue, TocsinError } from '../../schemas/errors.ts';
import { drive } from '../support/operator-host.ts';
import { alertIn, bytesOf, rawRecord, recordAt } from '../support/raw-records.ts';

const valid: readonly (Uint8Array | null)[] = [
  bytesOf({ tenant: 't', source: 's', name: 'n', labels: { a: '1' }, value: 1, observedAt: recordAt }),
  bytesOf([{ name: 'a' }, { name: 'b', annotations: { c: { d: [1] } } }]),
  bytesOf('{"name":"a"}\n{"name":"b"}\n'),
  bytesOf({
    version: '4',
    groupKey: 'g',
    alerts: [{ status: 'firing', labels: { alertname: 'a' }, startsAt: '2024-06-01T11:00:00Z' }],
  }),
  bytesOf([{ labels: { alertname: 'a', severity: 'page' }, endsAt: '2024-06-01T13:00:00+02:00' }]),
  bytesOf({ specversion: '1.0', type: 't', source: 's', id: '1', data: { name: 'n' } }),
  bytesOf('1717243000,Wazuh: a, b,10.0.0.1,h,W,x,-'),
  bytesOf('"quoted ""x""",1,2\nbare,3,4\n'),
  codecs.raw.encodeFramed(1, {
    tenant: 't',
    source: 's',
    name: 'n',
    severity: 'low',
    labels: { a: '1' },
    annotations: {},
    generatorUrl: '',
    status: 'firing',
    observedAt: recordAt,
    startsAt: null,
    endsAt: null,
    value: 1,
    id: '',
  }),
];

const seeds = valid.filter((bytes) => bytes !== null);

/** A valid payload with bytes changed, cut, repeated. */
const mutated = fc
  .record({
    seed: fc.constantFrom(...seeds),
    changes: fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { maxLength: 4 }),
    from: fc.nat(3),
    cut: fc.nat(20),
    times: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ seed, changes, from, cut, times }) => {
    const bytes = Uint8Array.from({ length: seed.length * times }, (_, i) => seed[i % seed.length] ?? 0);
    for (const { at, byte } of changes) bytes[at % bytes.length] = byte;
    return bytes.subarray(from === 3 ? 1 : 0, cut > 10 ? bytes.length : bytes.length - cut);
  });

const fieldName = fc.constantFrom(
  ...[
    'name',
    'labels',
    'annotations',
    'alerts',
    'groupKey',
    'version',
    'specversion',
    'data',
    'data_base64',
    'time',
  ],
  ...[
    'severity',
    'status',
    'value',
    'id',
    'observedAt',
    'startsAt',
    'endsAt',
    'tenant',
    'source',
    'alertname',
    '__proto__',
  ],
);

const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.bigInt().map(Number),
  fc.boolean(),
  fc.constantFrom(
    null,
    '4',
    '1.0',
    'firing',
    1e308,
    -0,
    1_717_243_000,
    '2024-06-01T11:00:00Z',
    'eyJuYW1lIjoieCJ9',
    '{"name":"x"}',
  ),
);

/** Nested JSON that is made of the keys which shapes look at. */
const { document } = fc.letrec<{ document: unknown }>((tie) => ({
  document: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('document'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(fieldName, fc.string()), tie('document')), { maxLength: 6 })
      .map((entries) => Object.fromEntries(entries)),
  ),
}));

/** Alerts of which most fields are right. */
const nearly = fc
  .record(
    {
      name: fc.oneof(
        { arbitrary: fc.string({ unit: 'binary', minLength: 1 }), weight: 9 },
        { arbitrary: document, weight: 1 },
      ),
      source: fc.oneof({ arbitrary: fc.string(), weight: 9 }, { arbitrary: document, weight: 1 }),
      labels: fc.oneof(
        { arbitrary: fc.dictionary(fc.string(), fc.string(), { maxKeys: 5 }), weight: 9 },
        { arbitrary: document, weight: 1 },
      ),
      annotations: fc.oneof(
        { arbitrary: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }), weight: 9 },
        { arbitrary: document, weight: 1 },
      ),
      observedAt: fc.oneof(
        fc.constant(recordAt),
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        fc.double(),
      ),
      value: fc.double(),
      status: fc.constantFrom('firing', 'resolved', 'RESOLVED', 'other'),
      extra: document,
    },
    { requiredKeys: ['name'] },
  )
  .map((alert) => bytesOf(alert));

const deep = fc
  .tuple(fc.constantFrom('[', '{"a":', '{"name":"x","labels":', '[{"alerts":['), fc.nat(2_000))
  .map(([open, times]) => bytesOf(open.repeat(times)));

const value = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  { arbitrary: mutated, weight: 3 },
  { arbitrary: nearly, weight: 3 },
  document.map((json) => bytesOf(JSON.stringify(json) ?? '')),
  fc
    .array(document, { maxLength: 5 })
    .map((list) => bytesOf(list.map((json) => JSON.stringify(json)).join('\n'))),
  fc.json().map(bytesOf),
  fc.string({ unit: 'binary' }).map((text) => bytesOf(text)),
  deep,
  fc.constant(null),
);

const headers = fc.option(
  fc.constant({
    ce_specversion: '1.0',
    ce_source: 's',
    ce_id: '1',
    ce_time: '2024-06-01T11:00:00Z',
    kind: 'csv',
  }),
  { nil: {}, freq: 5 },
);

const record: fc.Arbitrary<RawRecord> = fc
  .tuple(value, headers, fc.nat(1_000_000))
  .map(([bytes, given, offset]) => rawRecord(bytes, { headers: given, offset }));

const config = {
  presets: ['ait-ads'],
  limits: { maxAlertsPerRecord: 8, maxLabels: 4, maxAnnotations: 8 },
  mappings: [
    {
      name: 'plain',
      format: 'csv',
      columns: ['a', 'b', 'c'],
      when: 'row.b == "1" || row.b == "3"',
      fields: { name: 'row.a', value: 'double(row.c)' },
    },
    {
      name: 'wide',
      format: 'csv',
      when: 'headers["kind"] == "csv"',
      fields: { name: 'row["name"]', labels: { a: 'row[?"a"]' } },
    },
    {
      name: 'timed',
      when: 'has(body.time)',
      fields: { name: 'string(body.time)', observedAt: 'body.time', labels: { v: 'body.?value' } },
    },
    { name: 'rest', fields: { name: 'body.id', annotations: { s: 'body.?source' } } },
  ],
};

function machine(): (input: RawRecord) => readonly ReduceEvent[] {
  const normalize = drive(
    makeNormalize({
      decodeAvro(schemaId, payload) {
        if (schemaId !== 1) return 'unknown';
        try {
          return codecs.raw.decode(payload);
        } catch (error) {
          if (error instanceof TocsinError) return { code: error.code, detail: error.detail };
          throw error;
        }
      },
    }),
    config,
  );
  const identify = drive(fingerprint);
  return (input) => {
    normalize.send(input);
    for (const event of normalize.events.splice(0)) identify.send(event);
    return identify.events.splice(0);
  };
}

function expectSound(input: RawRecord, events: readonly ReduceEvent[]): void {
  expect(events.length).toBeGreaterThan(0);
  events.forEach((event, n) => {
    if (event.kind === 'dead-letter') {
      expect(event.record).toBe(input);
      expect(event.n).toBe(n);
      expect(catalogue[event.error.code].kind).toBe('record');
      expect(event.error.detail.length).toBeLessThan(500);
    } else if (event.kind === 'identified') {
      expect(event.place).toEqual({ offset: input.offset, n });
      expect(event.head.name).not.toBe('');
      expect(Object.values(event.head.labels).every((label) => typeof label === 'string')).toBe(true);
      expect(Object.values(event.head.annotations).every((text) => typeof text === 'string')).toBe(true);
      expect(event.tail.value === null || Number.isFinite(event.tail.value)).toBe(true);
    } else expect.unreachable(`a ${event.kind} came out`);
  });
}

describe('whatever a record holds', () => {
  it('the payloads that are mutated here are good ones', () => {
    const send = machine();
    for (const bytes of seeds) expect(send(rawRecord(bytes)).map(({ kind }) => kind)).toContain('identified');
  });

  it('each of its alerts becomes one observation or one dead letter, and nothing is thrown', () => {
    const send = machine();
    fc.assert(
      fc.property(record, (input) => expectSound(input, send(input))),
      { numRuns: 12_000 },
    );
  });

  it('every observation can be written as Avro and reads the same', () => {
    const send = machine();
    fc.assert(
      fc.property(record, (input) => {
        for (const event of send(input)) {
          if (event.kind !== 'identified') continue;
          const { ending: _, ...alert } = alertIn(event);
          expect(codecs.raw.decode(codecs.raw.encode(alert))).toEqual(alert);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
