import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foreignType } from '../../../schemas/avro/avro-types.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { rawAlertSchema } from '../../../schemas/avro/raw-alert.ts';
import { TocsinError } from '../../../schemas/errors.ts';

/** Avro's zigzag varint. */
function long(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}
const text = (value: string | Buffer): Buffer =>
  Buffer.concat([long(Buffer.from(value).length), Buffer.from(value)]);

/** tenant, source, name, severity high; labels are up to the case. */
const beginning = Buffer.concat([text('t'), text('s'), text('n'), long(4)]);
/** No annotations, no url, firing, no times, no value, no id. */
const ending = Buffer.concat([long(0), text(''), long(1), long(0), long(0), long(0), long(0), text('')]);
const noLabels = long(0);

function errorOf(bytes: Buffer): string {
  try {
    codecs.raw.decode(bytes);
    return 'no error';
  } catch (error) {
    return error instanceof TocsinError ? error.code : String(error);
  }
}

const cases: readonly (readonly [string, Buffer, string])[] = [
  ['an alert without labels is read', Buffer.concat([beginning, noLabels, ending]), 'no error'],
  [
    'labels in a block with its size are read',
    Buffer.concat([beginning, long(-1), long(4), text('a'), text('b'), long(0), ending]),
    'no error',
  ],
  [
    'more labels than bytes are refused at once',
    Buffer.concat([beginning, long(2 ** 52), ending]),
    'record.avro-truncated',
  ],
  [
    'as many in a block with a size are refused at once',
    Buffer.concat([beginning, long(-(2 ** 52)), long(1), ending]),
    'record.avro-truncated',
  ],
  ['a text of negative length is refused', Buffer.concat([long(-5), ending]), 'record.avro-truncated'],
  [
    'a text longer than the value is refused',
    Buffer.concat([long(2 ** 40), ending]),
    'record.avro-truncated',
  ],
  [
    'a name that is not UTF-8 is refused',
    Buffer.concat([text('t'), text('s'), text(Buffer.from([0x61, 0xff])), long(4), noLabels, ending]),
    'record.invalid-utf8',
  ],
  [
    'a label that is not UTF-8 is refused',
    Buffer.concat([beginning, long(1), text(Buffer.from([0xc3])), text('b'), long(0), ending]),
    'record.invalid-utf8',
  ],
  [
    'a replacement character that the producer sent is read',
    Buffer.concat([text('t'), text('s'), text('\uFFFD'), long(4), noLabels, ending]),
    'no error',
  ],
  [
    'a severity outside the list is refused',
    Buffer.concat([text('t'), text('s'), text('n'), long(99), noLabels, ending]),
    'record.invalid-field',
  ],
  [
    'a status of UNKNOWN is refused',
    Buffer.concat([beginning, noLabels, long(0), text(''), long(0), ending.subarray(3)]),
    'record.invalid-field',
  ],
  [
    'a time beyond 2^53 is refused, not rounded',
    Buffer.concat([
      beginning,
      noLabels,
      long(0),
      text(''),
      long(1),
      long(1),
      long(2 ** 60),
      ending.subarray(4),
    ]),
    'record.invalid-field',
  ],
  [
    'a value that is NaN is refused',
    Buffer.concat([
      beginning,
      noLabels,
      ending.subarray(0, 6),
      long(1),
      Buffer.from(new Float64Array([Number.NaN]).buffer),
      text(''),
    ]),
    'record.invalid-field',
  ],
  [
    'a value that is infinite is refused',
    Buffer.concat([
      beginning,
      noLabels,
      ending.subarray(0, 6),
      long(1),
      Buffer.from(new Float64Array([-Infinity]).buffer),
      text(''),
    ]),
    'record.invalid-field',
  ],
  [
    'a union branch that does not exist is refused',
    Buffer.concat([beginning, noLabels, ending.subarray(0, 3), long(7), ending.subarray(4)]),
    'record.avro-truncated',
  ],
];

describe('bytes of strangers', () => {
  test.each(cases)('%s', (_case, bytes, expected) => {
    expect(errorOf(bytes)).toBe(expected);
  });
});

describe('fields that only the writer knows', () => {
  const read = codecs.raw.readerOf({
    ...rawAlertSchema,
    fields: [
      { name: 'tags', type: { type: 'map', values: 'string' } },
      { name: 'steps', type: { type: 'array', items: 'long' } },
      ...rawAlertSchema.fields,
    ],
  });
  const rest = Buffer.concat([beginning, noLabels, ending]);

  test('are skipped item by item and by block size', () => {
    const tags = Buffer.concat([
      long(1),
      text('a'),
      text('b'),
      long(-1),
      long(4),
      text('c'),
      text('d'),
      long(0),
    ]);
    const steps = Buffer.concat([long(2), long(1), long(-2), long(0)]);
    expect(read(Buffer.concat([tags, steps, rest]))).toMatchObject({
      tenant: 't',
      name: 'n',
      severity: 'high',
    });
  });

  const forged: readonly (readonly [string, Buffer])[] = [
    ['a map of more items than bytes', Buffer.concat([long(2 ** 52), rest])],
    ['a map block that jumps back', Buffer.concat([long(-1), long(-3), rest])],
    ['a list of more items than bytes', Buffer.concat([long(0), long(2 ** 52), rest])],
    ['a list block longer than the value', Buffer.concat([long(0), long(-1), long(2 ** 40), rest])],
  ];
  test.each(forged)('%s is refused at once', (_case, bytes) => {
    expect(() => read(bytes)).toThrow(TocsinError);
  });
});

test('a schema that is not Avro is no type', () => {
  expect(() => foreignType({ type: 'record', name: 'A' })).toThrow();
});

describe('a list', () => {
  const lists = foreignType({ type: 'array', items: 'long' });

  test.each([
    ['no block', [], []],
    ['one block', [3, 7, 8, 9], [7, 8, 9]],
    ['several blocks, one with its size', [2, 7, 8, -1, 1, 9, 1, 10], [7, 8, 9, 10]],
  ])('of %s holds its items in order', (_, written, items) => {
    expect(lists.fromBuffer(Buffer.concat([...written, 0].map(long)))).toEqual(items);
  });
});

describe('a long', () => {
  const type = foreignType('long');
  const around = (exponent: number) => fc.integer({ min: -70, max: 70 }).map((n) => 2 ** exponent + n);
  const sizes = fc.oneof(fc.maxSafeNat(), ...[6, 13, 20, 26, 27, 28, 31, 34, 41, 52].map(around));
  const longs = fc.tuple(sizes, fc.boolean()).map(([size, isNegative]) => (isNegative ? -size : size));

  test('is written as zigzag, and read as it was, as far as numbers are whole', () => {
    const ends = fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0, -1);
    fc.assert(
      fc.property(fc.oneof(longs, ends), (value) => {
        const bytes = type.toBuffer(value);
        expect(bytes).toEqual(long(value));
        // Nought has one form only.
        expect(type.fromBuffer(bytes)).toBe(value + 0);
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([0.5, Number.NaN, 2 ** 53, '1', null])('%j is none', (value) => {
    expect(() => type.toBuffer(value)).toThrow(/is not a whole number/);
  });

  test('of more than 53 bits is refused, not rounded', () => {
    const bytes = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]);
    expect(() => type.fromBuffer(bytes)).toThrow('potential precision loss');
  });
});
