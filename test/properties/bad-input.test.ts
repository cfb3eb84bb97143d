import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codecs } from '../../schemas/avro/index.ts';
import { catalogue, type ErrorCode } from '../../schemas/errors.ts';
import { type Ran, runThrough, type Sent } from '../support/embedded-run.ts';
import { bytesOf } from '../support/raw-records.ts';

const noon = Date.UTC(2024, 5, 1, 12);

/** Ids as the embedded registry gives them: the raw schema is registered first, ours for outputs after it. */
const [rawId, otherId, unknownId] = [1, 2, 4_000];

const config = {
  normalize: {
    presets: ['ait-ads'],
    mappings: [
      { name: 'own', when: 'has(body.ts)', fields: { name: 'body.what', value: 'body.n / body.d' } },
    ],
  },
  // Thousands of new alerts a minute are what storm mode is for; here each one that is good must be told.
  suppress: { storm: { isOn: false } },
};

const avro = (changes: object = {}) =>
  codecs.raw.encodeFramed(rawId, {
    tenant: 't',
    source: 's',
    name: 'n',
    severity: 'low',
    labels: { a: '1' },
    annotations: {},
    generatorUrl: '',
    status: 'firing',
    observedAt: null,
    startsAt: null,
    endsAt: null,
    value: 1,
    id: '',
    ...changes,
  });

const goodAvro = avro();
const withId = (id: number) =>
  Buffer.concat([Buffer.from([0, 0, 0, id >> 8, id & 255]), goodAvro.subarray(5)]);
const labelled = (labels: number) =>
  bytesOf({
    name: 'n',
    labels: Object.fromEntries(Array.from({ length: labels }, (_, i) => [`l${i}`, 'x'])),
  });
const manyLabels = labelled(100_000);
const tenMegabytes = Buffer.alloc(10 << 20, 'x');
const deep = (open: string, levels: number) => bytesOf(open.repeat(levels));

function named(value: Uint8Array | null, at = noon): Sent {
  return { at, value };
}

/** What became of each alert of one record: a code, or 'good'. */
function fatesOf({ deadLetters, entered }: Ran, index: number): string[] {
  const fates: [n: number, fate: string][] = [
    ...deadLetters.flatMap((letter): [number, string][] =>
      letter.index === index ? [[letter.n, letter.code]] : [],
    ),
    ...entered.flatMap((place): [number, string][] => {
      const [at, n] = place.split('/').map(Number);
      return at === index ? [[n ?? -1, 'good']] : [];
    }),
  ];
  return fates.sort(([a], [b]) => a - b).map(([n, fate]) => `${n} ${fate}`);
}

const bad: readonly (readonly [
  name: string,
  value: Uint8Array | object | string | null,
  ...codes: (ErrorCode | 'good')[],
])[] = [
  ['a tombstone', null, 'record.empty'],
  ['an empty value', '', 'record.empty'],
  ['white space', ' \n\t', 'record.empty'],
  ['an empty list', '[]', 'record.empty'],
  ['Avro that ends early', goodAvro.subarray(0, goodAvro.length - 3), 'record.avro-truncated'],
  ['Avro with bytes left over', Buffer.concat([goodAvro, Buffer.from([1, 2])]), 'record.avro-truncated'],
  ['Avro with a header and nothing behind it', goodAvro.subarray(0, 5), 'record.avro-truncated'],
  ['a schema id that nobody registered', withId(unknownId), 'record.unknown-schema'],
  ['the schema id of another topic', withId(otherId), 'record.incompatible-schema'],
  ['a wrong magic byte', Buffer.concat([Buffer.from([1]), goodAvro.subarray(1)]), 'record.bad-framing'],
  ['a magic byte and half a schema id', Buffer.from([0, 0, 0]), 'record.bad-framing'],
  ['gzip inside of the value', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]), 'record.bad-framing'],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), 'record.invalid-utf8'],
  ['UTF-16', Buffer.from('\ufeff{"name":"n"}', 'utf16le'), 'record.invalid-utf8'],
  ['a value of 10 MB', tenMegabytes, 'record.too-large'],
  ['an alert with 100,000 labels', manyLabels, 'record.too-large'],
  ['an alert with 129 labels', labelled(129), 'record.too-large'],
  ['lists in lists, 100,000 deep', deep('[', 100_000), 'record.too-large'],
  ['objects in objects, 33 deep', deep('{"name":', 33), 'record.too-large'],
  ['a record of 10,001 alerts', Array(10_001).fill({ name: 'n' }), 'record.too-large'],
  ['a document that was cut off', '{"name":"n","labels":{', 'record.invalid-json'],
  ['NaN in JSON', '{"name":"n","value":NaN}', 'record.invalid-json'],
  ['Infinity in JSON', '{"name":"n","value":-Infinity}', 'record.invalid-json'],
  ['a number beyond what a double holds', '{"name":"n","value":1e999}', 'record.invalid-field'],
  ['NaN as a text', { name: 'n', value: 'NaN' }, 'record.invalid-field'],
  ['NaN in Avro', avro({ value: Number.NaN }), 'record.invalid-field'],
  ['+Infinity in Avro', avro({ value: Number.POSITIVE_INFINITY }), 'record.invalid-field'],
  ['-Infinity in Avro', avro({ value: Number.NEGATIVE_INFINITY }), 'record.invalid-field'],
  ['a time in seconds', { name: 'n', observedAt: noon / 1_000 }, 'record.invalid-time'],
  ['a time in microseconds', { name: 'n', observedAt: noon * 1_000 }, 'record.invalid-time'],
  ['a time in nanoseconds', { name: 'n', startsAt: noon * 1_000_000 }, 'record.invalid-time'],
  ['a time two days ahead', { name: 'n', observedAt: noon + 172_800_000 }, 'record.invalid-time'],
  ['a time in the year 9999', { name: 'n', startsAt: '9999-12-31T23:59:59Z' }, 'record.invalid-time'],
  ['a time that is no date', { name: 'n', observedAt: '2024-02-30T00:00:00Z' }, 'record.invalid-time'],
  ['a time in seconds in Avro', avro({ observedAt: noon / 1_000 }), 'record.invalid-time'],
  ['no time at all', { name: 'n' }, 'good'],
  ['a label named twice, of which the last counts', '{"name":"n","labels":{"a":"1","a":"2"}}', 'good'],
  ['a label that is a list', { name: 'n', labels: { a: ['x'] } }, 'record.invalid-field'],
  ['an alert without name', { source: 's', labels: {} }, 'record.invalid-field'],
  ['a status that is none', { name: 'n', status: 'maybe' }, 'record.invalid-field'],
  ['a document of no shape', { message: 'hello' }, 'record.unknown-shape'],
  ['a list of what is no object', '[1,"x"]', 'record.unknown-shape', 'record.unknown-shape'],
  ['a webhook of version 3', { version: '3', groupKey: '', alerts: [] }, 'record.unknown-shape'],
  ['an expression that fails on the record', { ts: 1, what: 'w', n: 1 }, 'record.mapping-failed'],
  ['CSV with commas in the name', '1717243200,Wazuh: a, b, c,10.0.0.1,mail,W,x,-', 'good'],
  ['CSV with too few columns', '1717243200,Wazuh', 'record.invalid-field'],
  ['CSV with a time that is none', 'noon,Wazuh: a,10.0.0.1,mail,W,x,-', 'record.mapping-failed'],
  [
    'a good alert between two bad ones',
    [{ name: 'n', value: 'x' }, { name: 'n' }, { labels: 1, name: 'n' }],
    'record.invalid-field',
    'good',
    'record.invalid-field',
  ],
];

describe('bad input', () => {
  test.each(bad)('%s', async (_name, value, ...expected) => {
    const sent = [named(bytesOf(value)), named(bytesOf({ name: 'after it' }), noon + 1_000)];
    const ran = await runThrough(sent, config);
    expect(fatesOf(ran, 0)).toEqual(expected.map((code, n) => `${n} ${code}`));
    expectSound(ran, sent);
    // The worker goes on.
    expect(fatesOf(ran, 1)).toEqual(['0 good']);
  });

  test('is said in a message of one line, with what to do', async () => {
    const { deadLetters } = await runThrough(
      [named(bytesOf({ name: 'n', observedAt: noon / 1_000 }))],
      config,
    );
    expect(deadLetters.map(({ message }) => message)).toEqual([
      `a time is not usable: observedAt: ${noon / 1_000} looks like seconds: multiply by 1000; send milliseconds (not seconds, not microseconds)`,
    ]);
  });
});

/** The books balance, each record came out once, and what could not be used is in the dead-letter topic as it came. */
function expectSound(ran: Ran, sent: readonly Sent[]): void {
  expect(ran.imbalance).toBeNull();
  const places = [...ran.entered, ...ran.deadLetters.map(({ index, n }) => `${index}/${n}`)];
  expect(new Set(places).size).toBe(places.length);
  expect(ran.alerts).toBe(places.length);
  expect(new Set(places.map((place) => Number(place.split('/')[0]))).size).toBe(sent.length);
  for (const { index, code, message, record } of ran.deadLetters) {
    const { value, headers = {} } = sent[index] ?? named(null);
    expect(catalogue[code as ErrorCode]?.kind).toBe('record');
    expect(message.length).toBeLessThan(700);
    expect(message).not.toContain('\n');
    // Compared as a whole, since comparing megabytes byte by byte in `toEqual` takes seconds.
    expect(Buffer.compare(Buffer.from(record.value ?? []), Buffer.from(value ?? []))).toBe(0);
    expect(record.value === null).toBe(value === null);
    for (const [name, bytes] of Object.entries(headers)) expect(record.headers[name]).toEqual(bytes);
  }
}

const good = fc.constantFrom('json', 'list', 'webhook', 'avro', 'cloud', 'csv');

/** A good alert with a name of its own, alone or beside bad ones in one record. */
function goodValue(kind: string, name: string): Uint8Array | null {
  switch (kind) {
    case 'list':
      return bytesOf([{ name, value: 'bad' }, { name }, { name: '' }]);
    case 'webhook':
      return bytesOf({
        version: '4',
        groupKey: '{}',
        alerts: [{ labels: {} }, { labels: { alertname: name }, status: 'firing' }, 7],
      });
    case 'avro':
      return avro({ name });
    case 'cloud':
      return bytesOf({ specversion: '1.0', type: 't', source: 's', id: '1', data: [{ name }, { x: 1 }] });
    case 'csv':
      return bytesOf(`oops\n${noon / 1_000},${name},10.0.0.1,mail,W,x,-`);
    default:
      return bytesOf({ name, labels: { kind } });
  }
}

const seeds = bad.flatMap(([, value]) => {
  const bytes = bytesOf(value);
  return bytes !== null && bytes.length > 0 && bytes.length < 2_000 ? [bytes] : [];
});

const mutated = fc
  .record({
    seed: fc.constantFrom(...seeds, goodAvro),
    changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
    cut: fc.nat(40),
  })
  .map(({ seed, changes, cut }) => {
    const bytes = Uint8Array.from(seed);
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    return bytes.subarray(0, cut > 20 ? bytes.length : Math.max(0, bytes.length - cut));
  });

const number = fc.oneof(
  fc.double(),
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '1e999', '-0', '1e-400', '""', 'null', '"12"'),
);
const time = fc.oneof(
  fc.integer({ min: -1, max: 4_102_444_800_000 }),
  fc.constantFrom(noon, noon / 1_000, noon * 1_000, 1e300, '"2024-06-01"', '"0001-01-01T00:00:00Z"', 'null'),
);
/** Printed by hand, since JSON.stringify can make neither NaN nor a key that stands twice. */
const printed = fc
  .tuple(number, time, time, fc.array(fc.constantFrom('"a":"1"', '"a":"2"', '"":"x"', '"b":[1]', '"c":null')))
  .map(([value, observedAt, startsAt, labels]) =>
    bytesOf(
      `{"name":"n","value":${value},"observedAt":${observedAt},"startsAt":${startsAt},"labels":{${labels.join()}}}`,
    ),
  );

const badValue = fc.oneof(
  { arbitrary: mutated, weight: 40 },
  { arbitrary: printed, weight: 25 },
  { arbitrary: fc.uint8Array({ maxLength: 120 }), weight: 15 },
  { arbitrary: fc.json({ maxDepth: 4 }).map(bytesOf), weight: 8 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 60 }).map(bytesOf), weight: 8 },
  {
    arbitrary: fc
      .tuple(fc.constantFrom('[', '{"a":', '[{"name":'), fc.nat(300))
      .map(([open, times]) => deep(open, times)),
    weight: 3,
  },
  { arbitrary: fc.constant(null), weight: 1 },
);

const headers = fc.option(
  fc.constant({ ce_specversion: Buffer.from('1.0'), ce_source: Buffer.from('s'), note: Buffer.from([0xff]) }),
  { nil: undefined, freq: 8 },
);

const step = fc.record({
  value: fc.oneof({ arbitrary: badValue, weight: 4 }, { arbitrary: good, weight: 1 }),
  headers,
  afterMs: fc.nat(2_000),
});

describe('whatever comes', () => {
  test('the books balance, dead letters are untouched, and every good alert is told', async () => {
    let sum = 0;
    let told = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 150, maxLength: 250 }),
        fc.nat(40),
        async (steps, rare) => {
          let at = noon;
          const names: string[] = [];
          const sent = steps.map(({ value, headers: given, afterMs }): Sent => {
            at += afterMs;
            if (typeof value !== 'string')
              return given === undefined ? { at, value } : { at, value, headers: given };
            const name = `good ${names.length}`;
            names.push(name);
            return { at, value: goodValue(value, name) };
          });
          if (rare < 2) sent.push({ at, value: rare === 0 ? manyLabels : tenMegabytes });
          const ran = await runThrough(sent, config);
          expectSound(ran, sent);
          const first = new Set(
            ran.seen.flatMap(({ topic, value }) =>
              topic === 'enriched' && (value.emitReason === 'first' || value.isLate) ? [value.name] : [],
            ),
          );
          expect(names.filter((name) => !first.has(name))).toEqual([]);
          sum += sent.length;
          told += names.length;
        },
      ),
      { numRuns: 60 },
    );
    expect(sum).toBeGreaterThan(10_000);
    expect(told).toBeGreaterThan(1_000);
  });
});
