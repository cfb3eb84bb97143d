import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawAlert } from '../../../schemas/alert.ts';
import type { Codec } from '../../../schemas/avro/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import { topics } from '../../../schemas/topics.ts';
import {
  anyAggregate,
  anyControl,
  anyDecision,
  anyEnrichedAlert,
  anyIncident,
  anyLabels,
  anyRawAlert,
} from '../../support/arbitraries.ts';
import { anyReduced } from '../../support/reduced-arbitraries.ts';

const anyValue = {
  raw: anyRawAlert,
  reduced: anyReduced,
  enriched: anyEnrichedAlert,
  suppressed: anyEnrichedAlert,
  incidents: anyIncident,
  aggregates: anyAggregate,
  decisions: anyDecision,
  control: anyControl,
} as const;
const pairs = (Object.keys(codecs) as (keyof typeof codecs)[]).map((topic) => ({
  topic,
  // The table pairs each codec with the arbitrary of its own type; the type system loses that in a loop.
  codec: codecs[topic] as unknown as Codec<unknown>,
  arbitrary: anyValue[topic] as fc.Arbitrary<unknown>,
}));

const alert: RawAlert = {
  tenant: 'default',
  source: 'prometheus',
  name: 'HighErrorRate',
  severity: 'high',
  labels: { service: 'cart' },
  annotations: {},
  generatorUrl: '',
  status: 'firing',
  observedAt: 1_700_000_000_000,
  startsAt: null,
  endsAt: null,
  value: 0.5,
  id: '',
};

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof TocsinError ? error.code : `unexpected ${String(error)}`;
  }
  return 'no error';
}

describe.each(pairs)('the $topic codec', ({ topic, codec, arbitrary }) => {
  test('gives back what it was given', () => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(codec.decode(codec.encode(value))).toEqual(value);
      }),
    );
  });

  test('writes the same bytes behind a header when framed', () => {
    fc.assert(
      fc.property(arbitrary, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (value, id) => {
        const framed = codec.encodeFramed(id, value);
        expect(framed[0]).toBe(0);
        expect(framed.readInt32BE(1)).toBe(id);
        expect(framed.subarray(5)).toEqual(codec.encode(value));
        expect(codec.decode(framed, 5)).toEqual(value);
      }),
    );
  });

  test('refuses a value cut anywhere and a value with more behind it', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(), (value, at) => {
        const bytes = codec.encode(value);
        expect(codeOf(() => codec.decode(bytes.subarray(0, at % bytes.length)))).toMatch(/^record\./);
        expect(codeOf(() => codec.decode(Buffer.concat([bytes, Buffer.from([0])])))).toBe(
          'record.avro-truncated',
        );
      }),
    );
  });

  test('answers any bytes with a value or a record error, at once', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(codeOf(() => codec.decode(bytes))).toMatch(/^(no error|record\..*)$/);
      }),
      { numRuns: 2_000 },
    );
  });

  test('answers a value with some bytes changed with a value or a record error', () => {
    fc.assert(
      fc.property(
        arbitrary,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1 }),
        (value, changes) => {
          const bytes = codec.encode(value);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          expect(codeOf(() => codec.decode(bytes))).toMatch(/^(no error|record\..*)$/);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('is named after its topic', () => {
    expect(codec.subject).toBe(`${topics[topic].name}-value`);
  });
});

describe('codecs', () => {
  test('equal label maps have equal bytes whatever order their keys were set in', () => {
    fc.assert(
      fc.property(anyLabels, (labels) => {
        const turned = Object.fromEntries(Object.entries(labels).reverse());
        expect(codecs.raw.encode({ ...alert, labels: turned })).toEqual(
          codecs.raw.encode({ ...alert, labels }),
        );
      }),
    );
  });

  test('a repeat has the bytes of the first observation up to its status', () => {
    const first = codecs.raw.encode(alert);
    const repeat = codecs.raw.encode({
      ...alert,
      status: 'resolved',
      observedAt: 1_700_000_060_000,
      value: 7,
    });
    const headBytes = codecs.raw.encode({ ...alert, observedAt: null, value: null }).length - 6;
    expect(repeat.subarray(0, headBytes)).toEqual(first.subarray(0, headBytes));
    expect(repeat[headBytes]).not.toBe(first[headBytes]);
  });

  test('a label called __proto__ stays a label', () => {
    const labels = JSON.parse('{"__proto__":"x","a":"y"}');
    const read = codecs.raw.decode(codecs.raw.encode({ ...alert, labels })).labels;
    expect(Object.entries(read)).toEqual([
      ['__proto__', 'x'],
      ['a', 'y'],
    ]);
  });

  test('a value larger than the scratch buffer is written whole', () => {
    const annotations = { text: 'ü'.repeat(300_000) };
    const bytes = codecs.raw.encode({ ...alert, annotations });
    expect(codecs.raw.decode(bytes).annotations).toEqual(annotations);
  });

  test('bytes that share a buffer with others are read in their own bounds', () => {
    const bytes = codecs.raw.encode(alert);
    const shared = new Uint8Array(bytes.length + 20).fill(255);
    shared.set(bytes, 10);
    expect(codecs.raw.decode(shared.subarray(10, 10 + bytes.length))).toEqual(alert);
  });

  test('half a surrogate pair is written as a replacement character, not as invalid UTF-8', () => {
    const read = codecs.raw.decode(
      codecs.raw.encode({ ...alert, name: 'a\uD800', id: `${'b'.repeat(80)}\uDC00` }),
    );
    expect([read.name, read.id]).toEqual(['a\uFFFD', `${'b'.repeat(80)}\uFFFD`]);
  });

  const wrong: readonly (readonly [string, unknown, string])[] = [
    ['a time beyond 2^53', { ...alert, observedAt: 2 ** 53 }, 'observedAt'],
    ['a time that is not whole', { ...alert, observedAt: 0.5 }, 'observedAt'],
    ['a time that is NaN', { ...alert, startsAt: Number.NaN }, 'startsAt'],
    ['a word that is not on the list', { ...alert, severity: 'bad' }, 'severity'],
    ['a label that is not text', { ...alert, labels: { a: 1 } }, 'labels.a'],
    ['a missing field', { ...alert, name: undefined }, 'name'],
  ];
  test.each(wrong)('writing %s fails and names the field', (_case, value, field) => {
    const act = () => codecs.raw.encode(value as RawAlert);
    expect(codeOf(act)).toBe('invariant.broken');
    expect(act).toThrow(`cannot write ${field}`);
  });
});
