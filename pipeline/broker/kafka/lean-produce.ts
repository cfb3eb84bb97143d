import { crc32c } from './crc32c.ts';
import {
  type Encoded,
  isPlainRecord,
  type PlainRecord,
  type RecordToEncode,
  replace,
  sizeOfRecord,
  writeRecord,
} from './lean-records.ts';
import { kafkajsVersion, knownVersion } from './request-queue.ts';
import { makeRoomInEncoders, RoomyBody } from './roomy-body.ts';

/** What kafkajs hands to its encoder of a produce request. */
export interface ProduceOrder {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null;
  readonly producerId?: unknown;
  readonly producerEpoch?: number;
  readonly compression?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly PartitionToEncode[];
  }[];
}

interface PartitionToEncode {
  /** A key of an object, so kafkajs may have it as a text. */
  readonly partition: number | string;
  readonly firstSequence?: number;
  readonly messages: readonly MessageToEncode[];
}

export interface MessageToEncode extends RecordToEncode {
  readonly timestamp?: string | null;
}

export interface ProduceRequest {
  readonly apiVersion: number;
  encode(): Promise<Encoded>;
}

export type EncodeProduce = (order: ProduceOrder) => ProduceRequest;

/** Partition, size of the batches; base offset, length of the rest, leader's epoch, magic, checksum. */
const headBytes = 8 + 12 + 9;
/** Attributes to the number of records: what the checksum covers besides them. */
const contextBytes = 40;
const magic = 2;
/** `acks` and `timeout` behind an absent transactional id, then the number of topics. */
const orderBytes = 2 + 2 + 4 + 4;

let isLean = false;

/** Puts our encoding of produce requests into kafkajs 2.2.4, as `leanRecords` does that of records. */
export function leanRequests(): void {
  if (isLean || kafkajsVersion() !== knownVersion) return;
  isLean = true;
  // For what is left to kafkajs: the batches of transactions.
  replace<(bytes: Buffer) => number>(
    'kafkajs/src/protocol/recordBatch/crc32C/crc32C',
    () => (bytes) => crc32c(bytes, 0, bytes.length),
  );
  replace<EncodeProduce>('kafkajs/src/protocol/requests/produce/v3/request', leanProduce);
  makeRoomInEncoders();
}

/**
 * Encodes a produce request (version 3 of the protocol, which those up to 7 share) in one buffer of its size. kafkajs encodes
 * each record by itself, then copies all of them from one growing buffer into the next, six times. Transactions, compression,
 * headers and times of the producer's own are left to kafkajs.
 */
export function leanProduce(original: EncodeProduce): EncodeProduce {
  return (order) => {
    const request = original(order);
    return isPlain(order) ? { ...request, encode: async () => encode(order) } : request;
  };
}

function isPlain({ transactionalId, producerId = -1, compression = 0, topicData }: ProduceOrder): boolean {
  const isAlone = (transactionalId ?? null) === null && producerId === -1 && compression === 0;
  return isAlone && topicData.every(({ partitions }) => partitions.every(areAllPlain));
}

function areAllPlain({ messages }: PartitionToEncode): boolean {
  return (
    messages.length > 0 && messages.every((one) => (one.timestamp ?? null) === null && isPlainRecord(one))
  );
}

/** The records of a partition, and the bytes that they take. */
interface Measured {
  readonly of: PartitionToEncode;
  readonly recordBytes: number;
}

function encode({ acks, timeout, producerEpoch = 0, topicData }: ProduceOrder): Encoded {
  const topics = topicData.map(({ topic, partitions }) => ({ topic, measured: partitions.map(measure) }));
  let size = orderBytes;
  for (const { topic, measured } of topics) {
    size += 2 + Buffer.byteLength(topic) + 4;
    for (const { recordBytes } of measured) size += headBytes + contextBytes + recordBytes;
  }
  const body = new RoomyBody(size);
  const bytes = body.buf;
  let at = bytes.writeInt16BE(-1, 0);
  at = bytes.writeInt16BE(acks, at);
  at = bytes.writeInt32BE(timeout, at);
  at = bytes.writeInt32BE(topics.length, at);
  for (const { topic, measured } of topics) {
    const length = bytes.write(topic, at + 2);
    bytes.writeInt16BE(length, at);
    at = bytes.writeInt32BE(measured.length, at + 2 + length);
    for (const one of measured) at = writeBatch(bytes, at, one, producerEpoch);
  }
  return body;
}

function measure(of: PartitionToEncode): Measured {
  const recordBytes = of.messages.reduce((sum, message, i) => sum + sizeOfRecord(recordOf(message, i)), 0);
  return { of, recordBytes };
}

/** All of a batch have its time: the moment at which it is encoded. */
function recordOf({ key = null, value = null }: MessageToEncode, offsetDelta: number): PlainRecord {
  // `isPlain` has found nothing else in them.
  return { offsetDelta, timestampDelta: 0, key: key as Buffer | null, value: value as Buffer | null };
}

function writeBatch(
  bytes: Buffer,
  start: number,
  { of: { partition, firstSequence = 0, messages }, recordBytes }: Measured,
  producerEpoch: number,
): number {
  const body = contextBytes + recordBytes;
  const now = BigInt(Date.now());
  let at = bytes.writeInt32BE(Number(partition), start);
  at = bytes.writeInt32BE(12 + 9 + body, at);
  at = bytes.writeBigInt64BE(0n, at);
  at = bytes.writeInt32BE(9 + body, at);
  at = bytes.writeInt32BE(0, at);
  const sumAt = bytes.writeInt8(magic, at);
  const bodyAt = sumAt + 4;
  at = bytes.writeInt16BE(0, bodyAt);
  at = bytes.writeInt32BE(messages.length - 1, at);
  at = bytes.writeBigInt64BE(now, at);
  at = bytes.writeBigInt64BE(now, at);
  at = bytes.writeBigInt64BE(-1n, at);
  at = bytes.writeInt16BE(producerEpoch, at);
  at = bytes.writeInt32BE(firstSequence, at);
  at = bytes.writeInt32BE(messages.length, at);
  for (const [i, message] of messages.entries()) at = writeRecord(bytes, at, recordOf(message, i));
  bytes.writeUInt32BE(crc32c(bytes, bodyAt, at), sumAt);
  return at;
}
