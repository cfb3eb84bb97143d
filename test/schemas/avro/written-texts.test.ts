import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowCodecOf } from '../../../schemas/avro/codec.ts';
import { codecs } from '../../../schemas/avro/index.ts';

const schema = {
  type: 'record' as const,
  name: 'Row',
  fields: [
    { name: 'text', type: 'string' as const },
    { name: 'note', type: ['null' as const, 'string' as const] },
    { name: 'count', type: ['null' as const, 'long' as const] },
  ],
};
const plain = avro.Type.forSchema(schema);
const ours = rowCodecOf(schema);

/** Of every length around those at which the form of a length, or the way to write, changes. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.nat(200).map((length) => 'x'.repeat(length)),
  fc.nat(70).map((length) => `${'x'.repeat(length)}ä`),
);

describe('texts and optional fields', () => {
  test('are written as avsc writes them', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.option(anyText),
        fc.option(fc.integer({ min: -(2 ** 51), max: 2 ** 51 })),
        (text, note, count) => {
          const row = { text, note, count };
          const bytes = ours.encode(row);
          expect(bytes.toString('hex')).toBe(plain.toBuffer(row).toString('hex'));
          expect(ours.decode(bytes)).toEqual(row);
        },
      ),
    );
  });

  test.each([undefined, true, 1.5, {}])('%s is no count', (count) => {
    expect(() => ours.encode({ text: '', note: null, count })).toThrow(
      expect.objectContaining({ code: 'invariant.broken' }),
    );
  });

  test.each([undefined, 7, {}])('%s is no note', (note) => {
    expect(() => ours.encode({ text: '', note, count: null })).toThrow(
      expect.objectContaining({ code: 'invariant.broken' }),
    );
  });

  test('a text that begins just before the end of what is written into is written whole', () => {
    // The writer begins with 64 KiB; the name ends one byte before, at, and behind it.
    for (let left = 0; left < 70; left += 1) {
      const alert = { ...codecs.raw.decode(codecs.raw.encode(empty)), source: 's'.repeat(65_536 - left) };
      expect(codecs.raw.decode(codecs.raw.encode(alert))).toEqual(alert);
    }
  });
});

const empty = {
  ...{ tenant: 't', source: '', name: 'a name of some length', severity: 'high' as const },
  ...{ labels: { host: 'db-1' }, annotations: {}, generatorUrl: '' },
  ...{ status: 'firing' as const, observedAt: null, startsAt: null, endsAt: null, value: null, id: '' },
};
