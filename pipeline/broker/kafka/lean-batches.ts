import { FetchedRecord, type Span } from './fetched-record.ts';
import { type BatchContext, logAppendTime, type RecordCursor, replace, VarReader } from './lean-records.ts';
import { kafkajsVersion, knownVersion } from './request-queue.ts';

/** What kafkajs knows of a batch, besides its records. */
export interface FullContext extends Required<BatchContext> {
  readonly partitionLeaderEpoch: number;
  readonly inTransaction: boolean;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
}

/** A record as kafkajs hands it on; what it may ask for and seldom does is made then. */
export class LeanMessage {
  readonly record: FetchedRecord;
  readonly batchContext: FullContext;
  readonly attributes: number;
  /** Set for records that are to be hidden. */
  isControlRecord = false;

  constructor(record: FetchedRecord, batchContext: FullContext, attributes: number) {
    this.record = record;
    this.batchContext = batchContext;
    this.attributes = attributes;
  }

  get offset(): string {
    return String(this.record.offset);
  }

  get timestamp(): string {
    return String(this.record.timestamp);
  }

  get key(): Buffer | null {
    return this.record.key;
  }

  get value(): Buffer | null {
    return this.record.value;
  }

  get headers(): object {
    return this.record.headers;
  }

  get magicByte(): number {
    return magic;
  }
}

interface DecodedBatch extends Omit<FullContext, 'magicByte'> {
  readonly records: readonly object[];
}

export type DecodeBatch = (cursor: RecordCursor) => Promise<DecodedBatch>;

const magic = 2;
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
 * Decodes a batch where it lies. kafkajs cuts each record out of it, with a cursor of its own. Batches that are cut off,
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
  const isLeft = end > buffer.length || (attributes & compressedOrControl) !== 0;
  if (isLeft || buffer.readInt8(start + 16) !== magic) return null;
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
  const firstOffset = Number(context.firstOffset);
  const firstTimestamp = Number(context.firstTimestamp);
  const stamp = context.timestampType === logAppendTime ? Number(context.maxTimestamp) : null;
  const messages: LeanMessage[] = [];
  const reader = new VarReader();
  reader.open(buffer, start);
  for (let i = 0; i < count; i += 1) {
    const length = reader.number();
    const recordEnd = reader.at + length;
    const attributes = ((buffer[reader.at] ?? 0) << 24) >> 24;
    reader.skip(1);
    const timestamp = firstTimestamp + reader.number();
    const offset = firstOffset + reader.number();
    const key = span(reader);
    const value = span(reader);
    const isPlain = reader.number() === 0 && reader.at === recordEnd && recordEnd <= end;
    if (!isPlain || !Number.isSafeInteger(timestamp) || !Number.isSafeInteger(offset)) return null;
    const record = new FetchedRecord({ offset, timestamp: stamp ?? timestamp }, buffer, { key, value });
    messages.push(new LeanMessage(record, context, attributes));
  }
  return count < 0 ? null : messages;
}

const none: Span = { from: -1, to: -1 };

function span(reader: VarReader): Span {
  const length = reader.number();
  if (length < 0) return none;
  const from = reader.at;
  reader.skip(length);
  return { from, to: reader.at };
}
