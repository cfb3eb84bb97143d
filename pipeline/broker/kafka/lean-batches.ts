import { FetchedBatch } from './fetched-batch.ts';
import { type BatchContext, logAppendTime, type RecordCursor, replace } from './lean-records.ts';
import { kafkajsVersion, knownVersion } from './request-queue.ts';

const magic = 2;

/**
 * What kafkajs throws, and knows by its name, at the end of an answer: the last batch is seldom whole. One for all, since each of
 * its own takes the trouble to note where it was thrown.
 */
const cutOff = Object.assign(new Error('the batch is not there as a whole'), {
  name: 'KafkaJSPartialMessageError',
});

/** What kafkajs knows of a batch, besides its records. */
export interface FullContext extends Required<BatchContext> {
  readonly partitionLeaderEpoch: number;
  readonly inTransaction: boolean;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
}

/**
 * The plain records of a batch as one message, of which kafkajs asks nothing but where it ends and what it belongs to. Of what
 * it would do with each record for itself, such as numbers written out and read again, nothing is left.
 */
export class LeanMessage {
  readonly records: FetchedBatch;
  readonly batchContext: FullContext;
  readonly key = null;
  readonly isControlRecord = false;

  constructor(records: FetchedBatch, batchContext: FullContext) {
    this.records = records;
    this.batchContext = batchContext;
  }

  get offset(): string {
    return String(this.records.lastOffset);
  }

  /** Its records were aborted: kafkajs is to hand them to nobody, and to know where each of them stands. */
  hidden(): HiddenMessage[] {
    const { key, batchContext } = this;
    const hidden: HiddenMessage[] = [];
    for (let record = this.records.first; record !== undefined; record = this.records.first) {
      hidden.push({ offset: String(record.offset), key, batchContext, isControlRecord: true });
      this.records.shift();
    }
    return hidden;
  }
}

interface HiddenMessage extends Pick<LeanMessage, 'offset' | 'key' | 'batchContext'> {
  readonly isControlRecord: true;
}

interface DecodedBatch extends Omit<FullContext, 'magicByte'> {
  readonly records: readonly object[];
}

export type DecodeBatch = (cursor: RecordCursor) => Promise<DecodedBatch>;

/** Base offset and length. */
const frontBytes = 12;
/** All that stands before the first record. */
const headBytes = 61;
/** In the attributes: what it is compressed with, and whether it holds markers of transactions. */
const compressedOrControl = 0x27;
const transactional = 0x10;
const stampedByBroker = 0x08;

let isLean = false;

/** Puts our decoding of whole batches into kafkajs 2.2.4, as `leanRecords` does that of single records. */
export function leanBatches(): void {
  if (isLean || kafkajsVersion() !== knownVersion) return;
  isLean = true;
  replace<DecodeBatch>('kafkajs/src/protocol/recordBatch/v0/decoder', leanBatchDecoder);
}

/**
 * Leaves the records of a batch where they lie. kafkajs cuts each out of it, with a cursor of its own. Batches that are
 * compressed or hold markers are left to kafkajs, and so are those with a record that has headers, or is not what it says.
 */
export function leanBatchDecoder(original: DecodeBatch): DecodeBatch {
  return async (cursor) => decode(cursor) ?? original(cursor);
}

function decode(cursor: RecordCursor): DecodedBatch | null {
  const { buffer, offset: start } = cursor;
  if (start + headBytes > buffer.length) return null;
  const end = start + frontBytes + buffer.readInt32BE(start + 8);
  const attributes = buffer.readInt16BE(start + 21);
  if (end > buffer.length && end > start + headBytes) throw cutOff;
  if (
    end > buffer.length ||
    (attributes & compressedOrControl) !== 0 ||
    buffer.readInt8(start + 16) !== magic
  )
    return null;
  const context = contextOf(buffer, start, attributes);
  const records = messagesOf(
    buffer,
    { start: start + headBytes, end, count: buffer.readInt32BE(start + 57) },
    context,
  );
  if (records === null) return null;
  cursor.offset = end;
  const { magicByte, ...known } = context;
  return { ...known, records };
}

function contextOf(buffer: Buffer, start: number, attributes: number): FullContext {
  return {
    firstOffset: String(buffer.readBigInt64BE(start)),
    firstTimestamp: String(buffer.readBigInt64BE(start + 27)),
    partitionLeaderEpoch: buffer.readInt32BE(start + 12),
    inTransaction: (attributes & transactional) !== 0,
    isControlBatch: false,
    lastOffsetDelta: buffer.readInt32BE(start + 23),
    producerId: String(buffer.readBigInt64BE(start + 43)),
    producerEpoch: buffer.readInt16BE(start + 51),
    firstSequence: buffer.readInt32BE(start + 53),
    maxTimestamp: String(buffer.readBigInt64BE(start + 35)),
    timestampType: (attributes & stampedByBroker) === 0 ? 0 : logAppendTime,
    magicByte: magic,
  };
}

function messagesOf(
  buffer: Buffer,
  { start, end, count }: { readonly start: number; readonly end: number; readonly count: number },
  context: FullContext,
): LeanMessage[] | null {
  if (count === 0) return [];
  const records = FetchedBatch.of(buffer, {
    ...{ start, end, count },
    firstOffset: Number(context.firstOffset),
    firstTimestamp: Number(context.firstTimestamp),
    stamp: context.timestampType === logAppendTime ? Number(context.maxTimestamp) : null,
  });
  return records === null ? null : [new LeanMessage(records, context)];
}
