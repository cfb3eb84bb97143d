import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type BatchContext,
  type Encoded,
  leanDecoder,
  leanEncoder,
  leanRecords,
  type RecordCursor,
  type RecordToEncode,
} from '../../../../pipeline/broker/kafka/lean-records.ts';

const load = createRequire(import.meta.url);
const encoderPath = 'kafkajs/src/protocol/recordBatch/record/v0';
const decoderPath = 'kafkajs/src/protocol/recordBatch/record/v0/decoder';

type Cursors = new (bytes: Buffer) => RecordCursor & { readVarIntBytes(): Buffer };

// Taken before anything is replaced in this process.
const theirEncoder: (record: RecordToEncode) => Encoded = load(encoderPath);
const theirDecoder: (cursor: RecordCursor, context: BatchContext) => object = load(decoderPath);
const Cursor: Cursors = load('kafkajs/src/protocol/decoder');

const ourEncoder = leanEncoder(() => expect.fail('was left to kafkajs'));
const ourDecoder = leanDecoder(() => expect.fail('was left to kafkajs'));

const bytes = fc.option(
  fc.uint8Array({ maxLength: 20_000 }).map((part) => Buffer.from(part)),
  { nil: null },
);

const records = fc.record({
  offsetDelta: fc.nat(2_000_000),
  timestampDelta: fc.oneof(fc.nat(100_000), fc.integer({ min: -(2 ** 40), max: 2 ** 45 })),
  key: bytes,
  value: bytes,
});

const contexts = fc.record({
  firstOffset: fc.maxSafeNat().map((offset) => String(Math.floor(offset / 2))),
  firstTimestamp: fc.constantFrom('0', '1764000000000'),
  maxTimestamp: fc.constantFrom('0', '1764000000123'),
  magicByte: fc.constant(2),
  isControlBatch: fc.boolean(),
  timestampType: fc.constantFrom(0, 1),
});

/** A cursor as kafkajs hands it over: behind the length of the record. */
function cursorAt(encoded: Encoded): RecordCursor {
  return new Cursor(new Cursor(encoded.buffer).readVarIntBytes());
}

describe('records of kafkajs, encoded and decoded by us', () => {
  test('have the bytes that kafkajs gives them', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(ourEncoder(record).buffer).toEqual(theirEncoder(record).buffer);
      }),
    );
  });

  test('are read as kafkajs reads them', () => {
    fc.assert(
      fc.property(records, contexts, (record, context) => {
        const encoded = theirEncoder(record);
        expect(ourDecoder(cursorAt(encoded), context)).toEqual(theirDecoder(cursorAt(encoded), context));
      }),
    );
  });

  test('of several batches in turn belong to their own', () => {
    const encoded = ourEncoder({ offsetDelta: 1, key: null, value: null });
    const offsets = ['10', '20', '10'].map((firstOffset) =>
      ourDecoder(cursorAt(encoded), { firstOffset, firstTimestamp: '5' }),
    );
    expect(offsets).toMatchObject([{ offset: '11' }, { offset: '21' }, { offset: '11' }]);
  });

  const left = { left: true };

  test.each([
    ['with headers', { headers: { name: Buffer.from('x') }, key: null, value: null }],
    ['of text', { key: 'text', value: null }],
    ['from very far in time', { key: null, value: null, timestampDelta: 2 ** 53 }],
  ])('%s are left to kafkajs', (_, record) => {
    const encode = leanEncoder(() => left as never);
    expect(encode(record)).toBe(left);
  });

  test.each([
    ['with headers', theirEncoder({ key: null, value: null, headers: { name: Buffer.from('x') } }).buffer],
    ['that are cut off', theirEncoder({ key: null, value: Buffer.alloc(40) }).buffer.subarray(0, 20)],
    ['of nothing', Buffer.of(0)],
  ])('%s are read by kafkajs', (_, record) => {
    const decode = leanDecoder(() => left);
    expect(decode({ buffer: record.subarray(1), offset: 0 }, { firstOffset: '1' })).toBe(left);
  });

  test('are what kafkajs uses from then on', () => {
    leanRecords();
    leanRecords();
    const replaced = load(encoderPath) as typeof theirEncoder;
    expect(replaced).not.toBe(theirEncoder);
    expect(load(decoderPath)).not.toBe(theirDecoder);
    const record = { key: Buffer.from('k'), value: Buffer.from('v'), headers: { name: Buffer.from('x') } };
    expect(replaced(record).buffer).toEqual(theirEncoder(record).buffer);
  });

  test('grow in buffers that hold what was written', () => {
    leanRecords();
    const Encoder = load('kafkajs/src/protocol/encoder');
    const parts = Array.from({ length: 40 }, (_, size) => Buffer.alloc(size * 37, size));
    const encoder = new Encoder(1);
    for (const part of parts) encoder.writeBuffer(part);
    expect(encoder.buffer).toEqual(Buffer.concat(parts));
  });
});
