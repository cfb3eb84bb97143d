import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { severities } from '../../../schemas/alert.ts';
import { rowCodecOf } from '../../../schemas/avro/codec.ts';
import { codecs, PackedHead, packed } from '../../../schemas/avro/index.ts';
import { packedHeadSchema } from '../../../schemas/avro/packed-head.ts';
import type { Partial } from '../../../schemas/reduced.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 90 });
const labels = fc.dictionary(fc.oneof(text, fc.constantFrom('__proto__', 'constructor')), text);
const heads = fc.record({
  ...{ tenant: text, source: text, name: text, generatorUrl: text },
  ...{ severity: fc.constantFrom(...severities), labels, annotations: labels },
});

const partial: Partial = {
  ...{
    kind: 'partial',
    shard: 0,
    id: { offset: 1, n: 0 },
    v: { offset: 1, n: 0 },
    fingerprintRule: 'default',
  },
  ...{
    fingerprint: 'f' as Partial['fingerprint'],
    domain: 'd',
    contentHash: 'c',
    sourceId: '',
    watched: 'w',
  },
  ...{ status: 'firing', ending: 'window', cell: 0, cellMs: 300_000, startsAt: null, endsAt: null },
  ...{ first: 1, last: 1, count: 1, segments: [], minutes: [], values: null, droppedBy: '' },
  head: {
    tenant: '',
    source: '',
    name: '',
    severity: 'unknown',
    labels: {},
    annotations: {},
    generatorUrl: '',
  },
};
const row = rowCodecOf({ type: 'record', name: 'Row', fields: [{ name: 'head', type: packedHeadSchema }] });

describe('a packed head', () => {
  test('is written as the head itself', () => {
    fc.assert(
      fc.property(heads, (head) => {
        const written = codecs.reduced.encode({ ...partial, head: new PackedHead(packed(head)) });
        expect(written).toEqual(codecs.reduced.encode({ ...partial, head }));
      }),
    );
  });

  test('is the head when it is unpacked, whole or field by field', () => {
    fc.assert(
      fc.property(heads, (head) => {
        const kept = new PackedHead(packed(head));
        const { tenant, source, name, severity, generatorUrl } = kept;
        expect(kept.unpack()).toEqual(head);
        expect({ tenant, source, name, severity, generatorUrl }).toEqual({
          ...{ tenant: head.tenant, source: head.source, name: head.name },
          ...{ severity: head.severity, generatorUrl: head.generatorUrl },
        });
        expect([kept.labels, kept.annotations]).toEqual([head.labels, head.annotations]);
      }),
    );
  });

  test('comes back from a row packed, and so does one that was not', () => {
    fc.assert(
      fc.property(heads, fc.boolean(), (head, isPacked) => {
        const again = row.decode(row.encode({ head: isPacked ? new PackedHead(packed(head)) : head }));
        expect(again).toEqual({ head: new PackedHead(packed(head)) });
      }),
    );
  });

  test('is the same where it lies in bytes that others keep, and wherever they put it next', () => {
    fc.assert(
      fc.property(heads, fc.nat(9), fc.nat(9), (head, before, behind) => {
        const text = packed(head);
        const known = new PackedHead(text);
        let last = Buffer.alloc(0);
        for (const front of [before, behind]) {
          const bytes = Buffer.from(`${'x'.repeat(front)}${text}y`, 'latin1');
          known.lieIn(bytes, front, front + text.length);
          // It lies elsewhere by now: they are nobody's.
          last.fill(0);
          last = bytes;
          expect(known.unpack()).toEqual(head);
          const written = codecs.reduced.encode({ ...partial, head: known });
          expect(written).toEqual(codecs.reduced.encode({ ...partial, head }));
          expect(row.encode({ head: known })).toEqual(row.encode({ head }));
        }
      }),
    );
  });

  test('does not lie in bytes that are not its own', () => {
    const head = { ...partial.head, name: 'disk' };
    const known = new PackedHead(packed(head));
    const others = Buffer.from(packed({ ...head, name: 'disc' }), 'latin1');
    known.lieIn(others, 0, others.length);
    known.lieIn(others, 0, others.length - 1);
    expect(known.unpack()).toEqual(head);
    const own = Buffer.from(packed(head), 'latin1');
    known.lieIn(own, 0, own.length);
    known.lieIn(others, 0, others.length);
    others.fill(0);
    expect(known.unpack()).toEqual(head);
  });

  test('of a row that ends early is refused', () => {
    const bytes = row.encode({ head: partial.head });
    expect(() => row.decode(bytes.subarray(0, -1))).toThrow(/record.avro-truncated/);
  });

  test('larger than what is written into is written all the same', () => {
    const head = { ...partial.head, name: 'x'.repeat(200_000) };
    expect(
      codecs.reduced.decode(codecs.reduced.encode({ ...partial, head: new PackedHead(packed(head)) })),
    ).toEqual({
      ...partial,
      head,
    });
  });
});
