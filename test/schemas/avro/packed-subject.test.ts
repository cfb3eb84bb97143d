import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endings, severities } from '../../../schemas/alert.ts';
import { rowCodecOf } from '../../../schemas/avro/codec.ts';
import { codecs, PackedHead, packed, packSubject } from '../../../schemas/avro/index.ts';
import { packedSubjectSchema } from '../../../schemas/avro/packed-subject.ts';
import type { Fingerprint } from '../../../schemas/brand.ts';
import type { Partial, Subject } from '../../../schemas/reduced.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 90 });
const labels = fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor')), text);
const heads = fc.record({
  ...{ tenant: text, source: text, name: text, generatorUrl: text },
  ...{ severity: fc.constantFrom(...severities), labels, annotations: labels },
});
const subjects = fc.record({
  fingerprint: text.map((hash) => hash as Fingerprint),
  ...{ fingerprintRule: text, domain: text, contentHash: text, watched: text, droppedBy: text },
  ending: fc.constantFrom(...endings),
  head: heads,
});

const rest: Omit<Partial, keyof Subject> = {
  ...{ kind: 'partial', shard: 0, id: { offset: 1, n: 0 }, v: { offset: 1, n: 0 }, sourceId: 'x' },
  ...{ status: 'firing', cell: 0, cellMs: 300_000, startsAt: null, endsAt: null },
  ...{ first: 1, last: 1, count: 1, segments: [], minutes: [], values: null },
};
const row = rowCodecOf({
  type: 'record',
  name: 'Row',
  fields: [{ name: 'subject', type: packedSubjectSchema }],
});

describe('a packed subject', () => {
  test('stands in a partial for the fields that it holds', () => {
    fc.assert(
      fc.property(subjects, (subject) => {
        const partial: Partial = { ...rest, ...subject };
        const prepacked = { ...partial, subject: packSubject(subject) };
        expect(codecs.reduced.encode(prepacked)).toEqual(codecs.reduced.encode(partial));
      }),
    );
  });

  test('has each of its texts, whatever was asked of others in between', () => {
    fc.assert(
      fc.property(subjects, subjects, (a, b) => {
        const known = [a, b].map((subject) => [subject, packSubject(subject)] as const);
        for (const name of ['contentHash', 'watched', 'fingerprintRule', 'ending', 'domain'] as const)
          for (const [subject, packedOne] of known) expect(packedOne[name]).toBe(subject[name]);
      }),
    );
  });

  test('is the subject when it is unpacked, and so is what a row brings back', () => {
    fc.assert(
      fc.property(subjects, (subject) => {
        const known = packSubject(subject);
        for (const kept of [
          known,
          (row.decode(row.encode({ subject: known })) as { subject: typeof known }).subject,
        ]) {
          const { head, ...names } = kept.toJSON();
          const { head: given, ...others } = subject;
          expect(names).toEqual(others);
          expect(head).toEqual(new PackedHead(packed(given)));
        }
      }),
    );
  });
});
