import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DecodeStored, SinkEvent } from '../../../pipeline/warehouse/index.ts';
import { RecordReader } from '../../../pipeline/warehouse/record-reader.ts';
import { RowBlock } from '../../../pipeline/warehouse/row-block.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import type { Fingerprint } from '../../../schemas/brand.ts';
import { type WarehouseTopic, warehouseTopics } from '../../../schemas/clickhouse/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { anyAggregate, anyDecision, anyEnrichedAlert, anyIncident } from '../../support/arbitraries.ts';
import { readBlocks } from '../../support/native-block.ts';
import { aggregateOf, alertOf, decisionOf, incidentOf, noon } from './values.ts';

const schemaId = 7;
const framedBytes = 5;

// The decoder of a topic gives values of that topic; the pair is not followed through the generic call.
const decode = ((topic, value) => codecs[topic].decode(value, framedBytes)) as DecodeStored;

interface Made {
  readonly origin: unknown;
  readonly rows: readonly unknown[];
  readonly unreadable: readonly string[];
}

function readerOf(topic: WarehouseTopic, isOwn: boolean) {
  const unreadable: SinkEvent[] = [];
  const reader = new RecordReader({
    ...{ topic, place: { topic: topics[topic].name, partition: 0 }, decode },
    buffer: new RowBlock(topic, topics[topic].name),
    findOwn: () => (isOwn ? framedBytes : -1),
    observe: (event) => unreadable.push(event),
  });
  return { reader, unreadable };
}

const recordOf = (value: Uint8Array) => ({ offset: 3, timestamp: noon, value });

/** A block's row of a record: the cells by column and the origin, or the offset that it says it cannot read. */
function added(topic: WarehouseTopic, value: Uint8Array, isOwn = true): Made {
  const { reader, unreadable } = readerOf(topic, isOwn);
  const origin = reader.add(recordOf(value));
  if (origin !== null) reader.buffer.keep();
  const rows = reader.buffer.isEmpty ? [] : readBlocks(reader.buffer.take());
  return { origin, rows, unreadable: unreadable.map(({ kind }) => kind) };
}

/** What JSON has another word for than a block; -0 is found as 0. */
const nonNumbers = new Map<unknown, number>([
  [0, 0],
  ['nan', Number.NaN],
  ['inf', Infinity],
  ['-inf', -Infinity],
]);
const measured = /^(value|sum|min|max|p\d|score$|.*confidence$)/;

/** A cell as it stands in a block: what JSON has no word for travels as text in rows. */
function cellOf(name: string, cell: unknown): unknown {
  if (measured.test(name)) return nonNumbers.get(cell) ?? cell;
  if (!/contributions|features/.test(name)) return cell;
  // Columns of these names are maps.
  const entries = Object.entries(cell as Record<string, unknown>);
  return Object.fromEntries(entries.map(([key, value]) => [key, nonNumbers.get(value) ?? value]));
}

/** The same by `rowOf`. */
function read(topic: WarehouseTopic, value: Uint8Array): Made {
  const { reader, unreadable } = readerOf(topic, true);
  const found = reader.read(recordOf(value));
  const rows = (found === null ? [] : [found.row]).map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, cellOf(name, cell)])),
  );
  return { origin: found?.origin ?? null, rows, unreadable: unreadable.map(({ kind }) => kind) };
}

const framed = {
  enriched: (value: ReturnType<typeof alertOf>) => codecs.enriched.encodeFramed(schemaId, value),
  incidents: (value: ReturnType<typeof incidentOf>) => codecs.incidents.encodeFramed(schemaId, value),
  aggregates: (value: ReturnType<typeof aggregateOf>) => codecs.aggregates.encodeFramed(schemaId, value),
  decisions: (value: ReturnType<typeof decisionOf>) => codecs.decisions.encodeFramed(schemaId, value),
};

const anyRecord = fc.oneof(
  fc.tuple(fc.constantFrom('enriched', 'suppressed'), anyEnrichedAlert.map(framed.enriched)),
  fc.tuple(fc.constant('incidents'), anyIncident.map(framed.incidents)),
  fc.tuple(fc.constant('aggregates'), anyAggregate.map(framed.aggregates)),
  fc.tuple(fc.constant('decisions'), anyDecision.map(framed.decisions)),
) as fc.Arbitrary<[WarehouseTopic, Buffer]>;

const plain: Readonly<Record<WarehouseTopic, Buffer>> = {
  enriched: framed.enriched(alertOf()),
  suppressed: framed.enriched(alertOf()),
  incidents: framed.incidents(incidentOf()),
  aggregates: framed.aggregates(aggregateOf()),
  decisions: framed.decisions(decisionOf()),
};

describe('a record in a block', () => {
  test('is the row that its decoder and `rowOf` make of it', () => {
    fc.assert(
      fc.property(anyRecord, ([topic, value]) => {
        expect(added(topic, value)).toEqual(read(topic, value));
      }),
      { numRuns: 500 },
    );
  });

  test('is the same when its bytes are not of our own layout', () => {
    fc.assert(
      fc.property(anyRecord, ([topic, value]) => {
        expect(added(topic, value, false)).toEqual(added(topic, value));
      }),
    );
  });

  test('stands where it was added, whatever was dropped between', () => {
    const records = fc.array(fc.tuple(anyIncident.map(framed.incidents), fc.boolean()), { maxLength: 12 });
    fc.assert(
      fc.property(records, (all) => {
        const { reader } = readerOf('incidents', true);
        for (const [value, isKept] of all) {
          reader.add(recordOf(value));
          if (isKept) reader.buffer.keep();
          else reader.buffer.drop();
        }
        const kept = all.flatMap(([value, isKept]) => (isKept ? read('incidents', value).rows : []));
        expect(readBlocks(reader.buffer.take())).toEqual(kept);
      }),
    );
  });

  test.each(warehouseTopics)('of %s that ends early, or late, is unreadable', (topic) => {
    const value = plain[topic];
    expect(added(topic, value).unreadable).toEqual([]);
    const cut = Array.from({ length: value.length - framedBytes }, (_, bytes) => framedBytes + bytes);
    for (const odd of [...cut.map((end) => value.subarray(0, end)), Buffer.concat([value, Buffer.of(0)])])
      expect(added(topic, odd)).toEqual({ origin: null, rows: [], unreadable: ['unreadable'] });
  });

  test.each(warehouseTopics)(
    'of %s, whatever byte of it is another one, is read as its decoder reads it, or not at all',
    (topic) => {
      const value = plain[topic];
      let readable = 0;
      for (let at = framedBytes; at < value.length; at += 1) {
        for (const byte of [0x00, 0x01, 0x03, 0x22, 0x7f, 0x80, 0xff]) {
          const odd = Buffer.from(value);
          odd[at] = byte;
          const made = added(topic, odd);
          expect(made, `byte ${at}: ${byte}`).toEqual(added(topic, odd, false));
          if (made.rows.length === 0) continue;
          readable += 1;
          expect(made, `byte ${at}: ${byte}`).toEqual(read(topic, odd));
        }
      }
      expect(readable).toBeGreaterThan(value.length);
    },
  );

  test.each([
    ['a count below 0', 'decisions', framed.decisions(decisionOf({ count: -1 }))],
    ['a generation below 0', 'incidents', framed.incidents(incidentOf({ generation: -1 }))],
  ] as const)('with %s has no row, and that is said', (_, topic, value) => {
    expect(added(topic, value)).toEqual({ origin: null, rows: [], unreadable: ['unreadable'] });
  });

  test('with a number of so many bytes that it is none is unreadable', () => {
    const value = plain.decisions;
    const padded = Buffer.concat([
      value.subarray(0, framedBytes),
      Buffer.alloc(200, 0x80),
      value.subarray(framedBytes),
    ]);
    expect(added('decisions', padded)).toMatchObject({ origin: null, rows: [] });
  });

  test('takes bytes that are no Buffer for somebody else’s', () => {
    const value = Uint8Array.from(plain.decisions);
    expect(added('decisions', value)).toEqual(added('decisions', plain.decisions));
  });

  test('of large texts and lists is as large', () => {
    // Any 32 digits look like a fingerprint.
    const fingerprints = Array.from({ length: 5_000 }, (_, n) => `${n}`.padStart(32, '0') as Fingerprint);
    const value = framed.incidents(incidentOf({ title: '"ü'.repeat(200_000), fingerprints }));
    expect(added('incidents', value)).toEqual(read('incidents', value));
  });

  test('keeps each of many weights, whatever was there before', () => {
    const { reader } = readerOf('incidents', true);
    const contributions = (row: number) =>
      Array.from({ length: 5 }, (_, n) => ({ name: `part ${n}`, weight: 1 + row + n / 10 }));
    // Any 32 digits look like a fingerprint.
    const values = Array.from({ length: 1_000 }, (_, row) =>
      framed.incidents(
        incidentOf({
          probableCause: {
            ...{ fingerprint: 'f'.repeat(32) as Fingerprint, confidence: 0.5 },
            contributions: contributions(row),
          },
        }),
      ),
    );
    const blockOf = () => {
      for (const value of values) {
        reader.add(recordOf(value));
        reader.buffer.keep();
      }
      return reader.buffer.take();
    };
    const first = blockOf();
    expect(readBlocks(first)).toEqual(values.flatMap((value) => read('incidents', value).rows));
    expect(blockOf().equals(first)).toBe(true);
  });
});
