import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { KafkaMessage } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import type { LogRecord } from '../../../../pipeline/broker/index.ts';
import { type FetchedPartition, hideAborted } from '../../../../pipeline/broker/kafka/fetch-answer.ts';
import {
  type DecodeBatch,
  type LeanMessage,
  leanBatchDecoder,
  leanBatches,
} from '../../../../pipeline/broker/kafka/lean-batches.ts';
import type {
  Encoded,
  RecordCursor,
  RecordToEncode,
} from '../../../../pipeline/broker/kafka/lean-records.ts';
import { recordsOf } from '../../../../pipeline/broker/kafka/log-record.ts';
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

/** What kafkajs asks of a message. */
function contextOf(message: object): object {
  const { offset, batchContext, isControlRecord } = message as LeanMessage;
  return { offset, batchContext, isControlRecord };
}

interface Batch {
  readonly transactional?: boolean;
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

/** The records of messages, as a log has them. */
function recordsIn(messages: readonly object[], from = 0): LogRecord[] {
  const buffer = new RecordBuffer();
  buffer.push(messages.map((message) => recordsOf(message as KafkaMessage, from)));
  return buffer
    .take({ maxRecords: 1_000, maxBytes: 1e9 })
    .map(({ offset, timestamp, key, value, headers }) => ({ offset, timestamp, key, value, headers }));
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
        expect(recordsIn(records)).toEqual(recordsIn(theirRecords));
        expect(records.map(contextOf)).toEqual(theirRecords.slice(-1).map(contextOf));
        expect(context).toEqual(theirContext);
        expect(cursor.offset).toBe(theirCursor.offset);
      }),
    );
  });

  test('are read from an offset within them on, in pieces of any size', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(45), fc.integer({ min: 1, max: 9 }), async (batch, skipped, size) => {
        const bytes = await bytesOf(batch);
        const from = batch.firstOffset + skipped;
        const wanted = recordsIn((await theirs(new Cursor(bytes))).records).filter(
          ({ offset }) => offset >= from,
        );
        const buffer = new RecordBuffer();
        const { records } = await ours(new Cursor(bytes));
        buffer.push(records.map((message) => recordsOf(message as KafkaMessage, from)));
        const taken: number[] = [];
        while (buffer.length > 0) {
          expect(buffer.length).toBe(wanted.length - taken.length);
          expect(buffer.first?.offset).toBe(wanted[taken.length]?.offset);
          const some = buffer.take({ maxRecords: size, maxBytes: 500 });
          const valueBytes = some.slice(0, -1).reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
          expect(some.length).toBeLessThanOrEqual(size);
          expect(valueBytes).toBeLessThanOrEqual(500);
          taken.push(...some.map(({ offset }) => offset));
        }
        expect(taken).toEqual(wanted.map(({ offset }) => offset));
        expect(buffer.bytes).toBe(0);
      }),
    );
  });

  test('of aborted transactions are hidden as kafkajs would hide them, record by record', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (batch) => {
        const bytes = await bytesOf({ ...batch, transactional: true });
        const answerOf = async (decode: DecodeBatch) => {
          const { records } = await decode(new Cursor(bytes));
          const abortedTransactions = [
            { producerId: String(batch.producerId), firstOffset: String(batch.firstOffset) },
          ];
          const partition: FetchedPartition = {
            abortedTransactions,
            messages: records as FetchedPartition['messages'],
          };
          hideAborted({ responses: [{ partitions: [partition] }] });
          return partition.messages.map(({ offset, isControlRecord }) => ({ offset, isControlRecord }));
        };
        expect(await answerOf(ours)).toEqual(await answerOf(theirs));
      }),
    );
  });

  test.each([
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

  test('that are cut off end an answer, as kafkajs has it', async () => {
    const bytes = (await bytesOf(one())).subarray(0, -1);
    const name = 'KafkaJSPartialMessageError';
    await expect(theirs(new Cursor(bytes))).rejects.toMatchObject({ name });
    await expect(ours(new Cursor(bytes))).rejects.toMatchObject({ name });
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
