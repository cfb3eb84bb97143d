import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DecodeStored, rowOf, type SinkEvent } from '../../../pipeline/warehouse/index.ts';
import { LinePrinter } from '../../../pipeline/warehouse/line-printer.ts';
import { RecordReader } from '../../../pipeline/warehouse/record-reader.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { type WarehouseTopic, warehouseTopics } from '../../../schemas/clickhouse/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { anyAggregate, anyDecision, anyEnrichedAlert, anyIncident } from '../../support/arbitraries.ts';
import { aggregateOf, alertOf, decisionOf, incidentOf, noon } from './values.ts';

const schemaId = 7;
const framedBytes = 5;

// The decoder of a topic gives values of that topic; the pair is not followed through the generic call.
const decode = ((topic, value) => codecs[topic].decode(value, framedBytes)) as DecodeStored;

/** What a reader makes of a record: the cells by column and the origin, or the offset that it says it cannot read. */
function printed(topic: WarehouseTopic, value: Uint8Array, isOwn: boolean) {
  const unreadable: SinkEvent[] = [];
  const reader = new RecordReader({
    ...{ topic, place: { topic: topics[topic].name, partition: 0 }, decode },
    findOwn: () => (isOwn ? framedBytes : -1),
    observe: (event) => unreadable.push(event),
  });
  const line = new LinePrinter();
  const origin = reader.print({ offset: 3, timestamp: noon, value }, line);
  const lines = String(line.take()).split('\n').slice(0, -1);
  const rows = lines.map((one) => {
    const cells: readonly unknown[] = JSON.parse(one);
    return Object.fromEntries(reader.columns.map((column, i) => [column, cells[i]]));
  });
  return { origin, rows, unreadable: unreadable.map(({ kind }) => kind) };
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

describe('a record printed out of its bytes', () => {
  test('is the row that its decoder and `rowOf` make of it', () => {
    fc.assert(
      fc.property(anyRecord, ([topic, value]) => {
        expect(printed(topic, value, true)).toEqual(printed(topic, value, false));
      }),
      { numRuns: 500 },
    );
  });

  test.each(warehouseTopics)('of %s has the columns of its row', (topic) => {
    const row = rowOf(topic, decode(topic, plain[topic]), { topic: '', at: 0 });
    const [cells = {}] = printed(topic, plain[topic], true).rows;
    expect(Object.keys(cells).toSorted()).toEqual(Object.keys(row).toSorted());
  });

  test.each(warehouseTopics)(
    'of %s that ends early, or late, is unreadable as it is for its decoder',
    (topic) => {
      const value = plain[topic];
      expect(printed(topic, value, true).unreadable).toEqual([]);
      const cut = Array.from({ length: value.length - framedBytes }, (_, bytes) => framedBytes + bytes);
      for (const odd of [...cut.map((end) => value.subarray(0, end)), Buffer.concat([value, Buffer.of(0)])])
        expect(printed(topic, odd, true)).toEqual({ origin: null, rows: [], unreadable: ['unreadable'] });
    },
  );

  test.each(warehouseTopics)(
    'of %s, whatever byte of it is another one, is read as its decoder reads it',
    (topic) => {
      const value = plain[topic];
      for (let at = framedBytes; at < value.length; at += 1) {
        for (const byte of [0x00, 0x01, 0x03, 0x22, 0x7f, 0x80, 0xff]) {
          const odd = Buffer.from(value);
          odd[at] = byte;
          expect(printed(topic, odd, true), `byte ${at}: ${byte}`).toEqual(printed(topic, odd, false));
        }
      }
    },
  );

  test('takes bytes that are no Buffer for somebody else’s', () => {
    const value = Uint8Array.from(plain.decisions);
    expect(printed('decisions', value, true)).toEqual(printed('decisions', plain.decisions, true));
  });

  test('of large texts is as large', () => {
    const value = framed.incidents(incidentOf({ title: '"x'.repeat(200_000) }));
    expect(printed('incidents', value, true)).toEqual(printed('incidents', value, false));
  });
});
