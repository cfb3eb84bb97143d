import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DecodeBatch,
  LeanMessage,
  leanBatchDecoder,
  leanBatches,
} from '../../../../pipeline/broker/kafka/lean-batches.ts';
import type {
  Encoded,
  RecordCursor,
  RecordToEncode,
} from '../../../../pipeline/broker/kafka/lean-records.ts';
import { logRecord } from '../../../../pipeline/broker/kafka/log-record.ts';
import { RecordBuffer } from '../../../../pipeline/broker/kafka/record-buffer.ts';

const load = createRequire(import.meta.url);
const decoderPath = 'kafkajs/src/protocol/recordBatch/v0/decoder';

// Taken before anything is replaced in this process.
const theirs: DecodeBatch = load(decoderPath);
const Cursor: new (bytes: Buffer) => RecordCursor = load('kafkajs/src/protocol/decoder');
const encodeRecord: (record: RecordToEncode) => Encoded = load('kafkajs/src/protocol/recordBatch/record/v0');
const { RecordBatch: encodeBatch }: { RecordBatch(batch: object): Promise<Encoded> } = load(
  'kafkajs/src/protocol/recordBatch/v0',
);

const ours = leanBatchDecoder(() => expect.fail('was left to kafkajs'));
// Known again by being this one; nobody reads it.
const left = { records: [] } as unknown as Awaited<ReturnType<DecodeBatch>>;
const leaves = leanBatchDecoder(async () => left);

const part = fc.option(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  { nil: null },
);
const record = fc.record({ key: part, value: part, timestampDelta: fc.integer({ min: -9_000, max: 9_000 }) });
const batches = fc.record({
  firstOffset: fc.oneof(fc.nat(1_000), fc.constant(2 ** 52)),
  firstTimestamp: fc.constantFrom(10_000, 1_764_000_000_000),
  maxTimestamp: fc.constant(1_764_000_000_123),
  partitionLeaderEpoch: fc.nat(9),
  producerId: fc.constantFrom(-1, 77),
  producerEpoch: fc.nat(9),
  firstSequence: fc.nat(9),
  transactional: fc.boolean(),
  records: fc.array(record, { maxLength: 40 }),
});

interface Batch {
  readonly firstOffset: number;
  readonly records: readonly RecordToEncode[];
}

async function bytesOf({ records, ...batch }: Batch, isStamped = false): Promise<Buffer> {
  const encoded = records.map((one, offsetDelta) => encodeRecord({ ...one, offsetDelta }));
  const lastOffsetDelta = records.length - 1;
  const bytes = Buffer.from((await encodeBatch({ ...batch, lastOffsetDelta, records: encoded })).buffer);
  // kafkajs reads batches whose times are the broker's, and writes none.
  if (isStamped) bytes[22] = (bytes[22] ?? 0) | 0x08;
  return bytes;
}

/** As kafkajs has it: all there is in properties of the message itself. */
function spelledOut(message: object): object {
  if (!(message instanceof LeanMessage)) return message;
  const { magicByte, attributes, timestamp, offset, key, value, headers } = message;
  const { isControlRecord, batchContext } = message;
  return { magicByte, attributes, timestamp, offset, key, value, headers, isControlRecord, batchContext };
}

const one = (message: object = {}): Batch => ({
  firstOffset: 5,
  records: [{ key: Buffer.from('k'), value: Buffer.from('value'), ...message }],
});

describe('batches of kafkajs, decoded by us', () => {
  test('are read as kafkajs reads them, and up to where it reads', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.boolean(), fc.nat(20), async (batch, isStamped, before) => {
        const bytes = Buffer.concat([Buffer.alloc(before), await bytesOf(batch, isStamped), Buffer.alloc(7)]);
        const [cursor, theirCursor] = [new Cursor(bytes), new Cursor(bytes)];
        cursor.offset = before;
        theirCursor.offset = before;
        const { records, ...context } = await ours(cursor);
        const { records: theirRecords, ...theirContext } = await theirs(theirCursor);
        expect(records.map(spelledOut)).toEqual(theirRecords);
        expect(context).toEqual(theirContext);
        expect(cursor.offset).toBe(theirCursor.offset);
      }),
    );
  });

  test('become records of a log with the same parts, and of the same size', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (batch) => {
        const bytes = await bytesOf(batch);
        const lean = (await ours(new Cursor(bytes))).records.map((found) => logRecord(found as never));
        const plain = (await theirs(new Cursor(bytes))).records.map((found) => logRecord(found as never));
        expect(
          lean.map(({ offset, timestamp, key, value, headers }) => ({
            offset,
            timestamp,
            key,
            value,
            headers,
          })),
        ).toEqual(plain);
        const sizes = [lean, plain].map((records) => {
          const buffer = new RecordBuffer();
          buffer.push(records);
          return [buffer.bytes, buffer.take({ maxRecords: 10, maxBytes: 500 }).length, buffer.bytes];
        });
        expect(sizes[0]).toEqual(sizes[1]);
      }),
    );
  });

  test.each([
    ['that are cut off', async () => (await bytesOf(one())).subarray(0, -1)],
    ['of which only a beginning is there', async () => (await bytesOf(one())).subarray(0, 40)],
    ['with headers', () => bytesOf(one({ headers: { name: Buffer.from('x') } }))],
    ['that are compressed', async () => changed(await bytesOf(one()), 22, 1)],
    ['of markers', async () => changed(await bytesOf(one()), 22, 0x20)],
    ['of an older form', async () => changed(await bytesOf(one()), 16, 1)],
    ['with a record that is shorter than it says', async () => changed(await bytesOf(one()), 61, 40)],
  ])('%s are left to kafkajs, where they begin', async (_, bytes) => {
    const cursor = new Cursor(await bytes());
    expect(await leaves(cursor)).toBe(left);
    expect(cursor.offset).toBe(0);
  });

  test('are what kafkajs uses from then on', () => {
    leanBatches();
    expect(load(decoderPath)).not.toBe(theirs);
  });
});

function changed(bytes: Buffer, at: number, byte: number): Buffer {
  bytes[at] = byte;
  return bytes;
}
