import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { KnownHead, Observation, ReduceEvent } from '../../../operators/events.ts';
import type { DecodeAvro } from '../../../operators/normalize/index.ts';
import { knownHeads } from '../../../operators/normalize/repeats.ts';
import type { RawAlert, Tail } from '../../../schemas/alert.ts';
import { codecs, headEnd, PackedHead, packed, RawTail } from '../../../schemas/avro/index.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import { anyRawAlert, anyTail } from '../../support/arbitraries.ts';
import { normalizeAll, rawRecord, recordAt } from '../../support/raw-records.ts';

const decodeAvro: DecodeAvro = (_id, payload) => {
  try {
    return codecs.raw.decode(payload);
  } catch (error) {
    if (error instanceof TocsinError) return { code: error.code, detail: error.detail };
    throw error;
  }
};
const framed = (alert: RawAlert, id = 42) => codecs.raw.encodeFramed(id, alert);
const alert: RawAlert = {
  tenant: 'acme',
  source: 'probe',
  name: 'DiskFull',
  severity: 'high',
  labels: { disk: 'sda', host: 'db-1' },
  annotations: { summary: 'Übervoll' },
  generatorUrl: '',
  status: 'firing',
  observedAt: recordAt - 1_000,
  startsAt: null,
  endsAt: null,
  value: 91.5,
  id: 'e-1',
};

/** With its head as an object, wherever it lies. */
function unpacked(event: ReduceEvent): unknown {
  if (event.kind !== 'observation' || !(event.head instanceof PackedHead)) return event;
  return { ...event, head: { ...event.head.unpack(), ending: event.head.ending } };
}

/** How often the full reader was asked, and what came out. */
function read(values: readonly Uint8Array[], isOwn = true, headers = {}) {
  let decodes = 0;
  const counting: DecodeAvro = (id, payload) => {
    decodes += 1;
    return decodeAvro(id, payload);
  };
  const records = values.map((value, offset) => rawRecord(value, { offset, headers }));
  return {
    ...normalizeAll(records, { decodeAvro: counting, isOwnLayout: () => isOwn }),
    decodes: () => decodes,
  };
}

describe('a repeat', () => {
  it('is known by the bytes of its head, and its tail is read', () => {
    const again = {
      ...alert,
      status: 'resolved',
      observedAt: null,
      endsAt: recordAt - 5,
      value: null,
      id: '',
    } as const;
    const { observations, decodes } = read([framed(alert), framed(again)]);
    expect(decodes()).toBe(1);
    expect(observations[1]?.head).toBe(observations[0]?.head);
    expect(observations[1]).toMatchObject({
      place: { offset: 1, n: 0 },
      tail: {
        status: 'resolved',
        observedAt: null,
        startsAt: null,
        endsAt: recordAt - 5,
        value: null,
        id: '',
      },
    });
  });

  it('whose tail is odd is read in full, and its head is kept once however often it comes', () => {
    const odd = framed({ ...alert, id: 'ä' });
    const { observations, decodes } = read([framed(alert), odd, odd, odd, framed(alert)]);
    expect(decodes()).toBe(4);
    expect(observations[2]?.head).toBe(observations[1]?.head);
    expect(observations[3]?.head).toBe(observations[1]?.head);
    expect(observations[4]?.head).toBe(observations[0]?.head);
  });

  it('keeps nothing of what its head lay in, and was forgotten, for its run', () => {
    const heads = knownHeads({ maxHeads: 4, maxHeadBytes: 1e9 });
    const known = Array.from({ length: 12 }, (_, n) => {
      const head: KnownHead = Object.assign(new PackedHead(packed({ ...alert, name: `Disk${n}` })), {
        ending: 'window' as const,
        run: n % 2 === 0 ? {} : null,
      });
      const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(packed(head), 'latin1')]);
      heads.add(bytes, 0, bytes.length, head);
      return head;
    });
    // The last four are remembered, and so are those without a run by nobody.
    expect(known.map((head) => Object.hasOwn(head, 'bytes') && Reflect.get(head, 'bytes') !== null)).toEqual(
      known.map((_, n) => n >= 8 || n % 2 === 1),
    );
    expect(known.map(({ name }) => name)).toEqual(known.map((_, n) => `Disk${n}`));
  });

  it('has its head still when so many others have come that it lies elsewhere, or nowhere', () => {
    const named = (name: number): RawAlert => ({ ...alert, name: `Disk${name}`, labels: { n: `${name}` } });
    const numbers = [0, 1, 2, 0, 3, 4, 0, 5, 6, 7, 8, 0, 9, 1, 0];
    const records = numbers.map((name, offset) => rawRecord(framed(named(name)), { offset }));
    const config = { cache: { maxHeads: 4 } };
    const { observations } = normalizeAll(records, { config, decodeAvro, isOwnLayout: () => true });
    const { observations: plain } = normalizeAll(records, { decodeAvro });
    const texts = (all: readonly Observation[]) => all.map(({ head }) => JSON.stringify(head));
    expect(texts(observations)).toEqual(texts(plain));
  });

  it.each([
    ['another head', framed({ ...alert, labels: { ...alert.labels, disk: 'sdb' } })],
    ['another schema id', framed(alert, 43)],
    ['a time that cannot be true', framed({ ...alert, observedAt: 1_717_239_600 })],
    ['an end far beyond', framed({ ...alert, endsAt: 9_000_000_000_000 })],
    ['a value that is none', framed({ ...alert, value: Number.NaN })],
    ['an id beyond ASCII', framed({ ...alert, id: 'é' })],
    ['an id that is too long', framed({ ...alert, id: 'x'.repeat(9_000) })],
    ['bytes left over', Buffer.concat([framed(alert), Buffer.of(0)])],
    ['its end cut off', framed(alert).subarray(0, -1)],
    ['only its head', framed(alert).subarray(0, 60)],
  ])('with %s is left to the full reader', (_what, value) => {
    const plain = normalizeAll([rawRecord(value, { offset: 1 })], { decodeAvro });
    const { events, decodes } = read([framed(alert), value]);
    expect(decodes()).toBe(2);
    expect(events.slice(1).map(unpacked)).toEqual(plain.events.map(unpacked));
  });

  it.each([
    ['of a schema with another layout', read([framed(alert), framed(alert)], false).decodes(), 2],
    ['in an envelope', read([framed(alert), framed(alert)], true, { ce_specversion: '1.0' }).decodes(), 2],
  ])('%s is none', (_what, found, expected) => expect(found).toBe(expected));
});

describe('a raw alert on the wire', () => {
  const tails = new RawTail();
  const headBytes = ({
    status: _s,
    observedAt: _o,
    startsAt: _a,
    endsAt: _e,
    value: _v,
    id: _i,
    ...head
  }: RawAlert) =>
    codecs.raw.encode({ ...head, ...still }).length - codecs.raw.encode({ ...nobody, ...still }).length + 7;

  test('finds the end of any head, and reads any tail that it takes as the codec does', () => {
    fc.assert(
      fc.property(anyRawAlert, (any) => {
        const bytes = codecs.raw.encode(any);
        const end = headEnd(bytes, 0, bytes.length);
        expect(end).toBe(headBytes(any));
        const tail = tails.read(bytes, end, bytes.length);
        const { status, observedAt, startsAt, endsAt, value, id } = codecs.raw.decode(bytes);
        if (tail !== null) expect(plainly(tail)).toEqual({ status, observedAt, startsAt, endsAt, value, id });
      }),
      { numRuns: 500 },
    );
  });

  test('takes every tail of an ordinary alert', () => {
    fc.assert(
      fc.property(anyTail, (tail) => {
        const plain: Tail = { ...tail, id: 'e-1', value: tail.value === null ? null : 1.5 };
        const bytes = codecs.raw.encode({ ...nobody, ...plain });
        const read = tails.read(bytes, headEnd(bytes, 0, bytes.length), bytes.length);
        expect(read === null ? null : plainly(read)).toEqual(plain);
      }),
    );
  });

  test('finds the end of a head with many labels, and with long ones', () => {
    const labels = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`l${n}`, 'x'.repeat(40 * n)]));
    const bytes = codecs.raw.encode({ ...nobody, labels, ...still });
    expect(headEnd(bytes, 0, bytes.length)).toBe(bytes.length - 6);
  });

  test('never reads past the end, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (any) => {
        const bytes = Buffer.from(any);
        const end = headEnd(bytes, 0, bytes.length);
        expect(end).toBeLessThan(bytes.length);
        if (end >= 0) tails.read(bytes, end, bytes.length);
      }),
      { numRuns: 2_000 },
    );
  });
});

const plainly = ({ status, observedAt, startsAt, endsAt, value, id }: Tail): Tail => ({
  ...{ status, observedAt, startsAt, endsAt, value, id },
});

const still: Tail = { status: 'firing', observedAt: null, startsAt: null, endsAt: null, value: null, id: '' };
const nobody = {
  tenant: '',
  source: '',
  name: '',
  severity: 'unknown',
  labels: {},
  annotations: {},
  generatorUrl: '',
} as const;
