import { createRequire } from 'node:module';
import { kafkajsVersion, knownVersion } from './request-queue.ts';

const load = createRequire(import.meta.url);

/** What kafkajs hands to its encoder of one record. */
export interface RecordToEncode {
  readonly offsetDelta?: number;
  readonly timestampDelta?: number;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly headers?: object;
}

/** What kafkajs takes from an encoder: its bytes, and a buffer to know it by. */
export interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

/** What kafkajs knows of the batch that a record is in. */
export interface BatchContext {
  readonly firstOffset?: string;
  readonly firstTimestamp?: string;
  readonly maxTimestamp?: string;
  readonly magicByte?: number;
  readonly isControlBatch?: boolean;
  readonly timestampType?: number;
}

/** A cursor of kafkajs at the begin of a record, behind its length. */
export interface RecordCursor {
  readonly buffer: Buffer;
  offset: number;
}

type EncodeRecord = (record: RecordToEncode) => Encoded;
type DecodeRecord = (cursor: RecordCursor, context: BatchContext) => object;

interface GrowingEncoder {
  buf: Buffer;
  offset: number;
}

const encoderPath = 'kafkajs/src/protocol/recordBatch/record/v0';
const decoderPath = 'kafkajs/src/protocol/recordBatch/record/v0/decoder';

let isLean = false;

/**
 * Puts our encoding and decoding of single records (Kafka protocol, record format v2) into kafkajs 2.2.4. Its own makes 512
 * zeroed bytes outside of the heap for each record it encodes, and reckons with BigInts (docs/performance.md). What these
 * do not expect goes to the originals. Does nothing to other versions, nor a second time. Must come before the first
 * request: kafkajs loads these files when it first needs them.
 */
export function leanRecords(): void {
  if (isLean || kafkajsVersion() !== knownVersion) return;
  isLean = true;
  replace<EncodeRecord>(encoderPath, leanEncoder);
  replace<DecodeRecord>(decoderPath, leanDecoder);
  const { prototype }: { prototype: GrowingEncoder } = load('kafkajs/src/protocol/encoder');
  Object.defineProperty(prototype, 'ensureAvailable', { configurable: true, value: grow });
}

/** Puts another function in the place of what a file of kafkajs exports, for files that are loaded from here on. */
export function replace<T>(path: string, lean: (original: T) => T): void {
  const original: T = load(path);
  const cached = load.cache[load.resolve(path)];
  if (cached !== undefined) cached.exports = lean(original);
}

/** As kafkajs grows a buffer, without zeroing what is written over at once. */
function grow(this: GrowingEncoder, length: number): void {
  const needed = this.offset + length;
  if (needed <= this.buf.length) return;
  const grown = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(needed + 1)));
  this.buf.copy(grown, 0, 0, this.offset);
  this.buf = grown;
}

/** Encodes records without headers whose parts are bytes into one buffer of their size. */
export function leanEncoder(original: EncodeRecord): EncodeRecord {
  return (record) => {
    const { offsetDelta = 0, timestampDelta = 0, key = null, value = null, headers } = record;
    const isLeft =
      hasHeaders(headers) || !isBytes(key) || !isBytes(value) || !Number.isSafeInteger(timestampDelta * 2);
    return isLeft ? original(record) : encode({ offsetDelta, timestampDelta, key, value });
  };
}

/** No headers, and parts that are bytes. */
export function isPlainRecord({ key = null, value = null, headers }: RecordToEncode): boolean {
  return !hasHeaders(headers) && isBytes(key) && isBytes(value);
}

function hasHeaders(headers: object | undefined): boolean {
  return headers !== undefined && Object.keys(headers).length > 0;
}

function isBytes(part: unknown): part is Buffer | null {
  return part === null || Buffer.isBuffer(part);
}

export interface PlainRecord {
  readonly offsetDelta: number;
  readonly timestampDelta: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

function encode(record: PlainRecord): Encoded {
  const bytes = Buffer.allocUnsafe(sizeOfRecord(record));
  writeRecord(bytes, 0, record);
  return { buf: bytes, buffer: bytes };
}

/** With its length in front. */
export function sizeOfRecord(record: PlainRecord): number {
  const body = sizeOfBody(record);
  return sizeOfVar(body) + body;
}

/** One byte of attributes, one that says that there are no headers. */
function sizeOfBody({ offsetDelta, timestampDelta, key, value }: PlainRecord): number {
  return 2 + sizeOfVar(timestampDelta) + sizeOfVar(offsetDelta) + sizeOfPart(key) + sizeOfPart(value);
}

/** Record => Length Attributes TimestampDelta OffsetDelta Key Value Headers, with zigzag varints for all but the attributes. */
export function writeRecord(bytes: Buffer, start: number, record: PlainRecord): number {
  const { offsetDelta, timestampDelta, key, value } = record;
  let at = writeVar(bytes, start, sizeOfBody(record));
  bytes[at] = 0;
  at = writeVar(bytes, at + 1, timestampDelta);
  at = writeVar(bytes, at, offsetDelta);
  at = writePart(bytes, at, key);
  at = writePart(bytes, at, value);
  bytes[at] = 0;
  return at + 1;
}

function sizeOfPart(part: Buffer | null): number {
  return part === null ? 1 : sizeOfVar(part.length) + part.length;
}

function writePart(bytes: Buffer, at: number, part: Buffer | null): number {
  if (part === null) return writeVar(bytes, at, -1);
  const start = writeVar(bytes, at, part.length);
  bytes.set(part, start);
  return start + part.length;
}

/** Small numbers of either sign as small natural ones; in doubles, as a timestamp has more than 32 bits. */
function zigzag(number: number): number {
  return number < 0 ? -2 * number - 1 : 2 * number;
}

function sizeOfVar(number: number): number {
  let size = 1;
  for (let rest = zigzag(number); rest > 0x7f; rest = Math.floor(rest / 0x80)) size += 1;
  return size;
}

function writeVar(bytes: Buffer, start: number, number: number): number {
  let at = start;
  let rest = zigzag(number);
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) {
    bytes[at] = (rest % 0x80) | 0x80;
    at += 1;
  }
  bytes[at] = rest;
  return at + 1;
}

/** A batch's kind of timestamps: those of the broker. */
export const logAppendTime = 1;

/** Decodes records without headers; what lies outside of the buffer is left to the original, which knows how to fail. */
export function leanDecoder(original: DecodeRecord): DecodeRecord {
  const reader = new VarReader();
  let known: BatchContext | null = null;
  let firstOffset = 0;
  let firstTimestamp = 0;
  return (cursor, context) => {
    if (context !== known) {
      known = context;
      firstOffset = Number(context.firstOffset);
      firstTimestamp = Number(context.firstTimestamp);
    }
    reader.open(cursor.buffer, cursor.offset + 1);
    const timestamp = firstTimestamp + reader.number();
    const offset = firstOffset + reader.number();
    const key = reader.part();
    const value = reader.part();
    const headers = reader.number();
    if (headers !== 0 || !reader.isInside || !Number.isSafeInteger(timestamp))
      return original(cursor, context);
    const { maxTimestamp, magicByte, isControlBatch = false, timestampType } = context;
    return {
      magicByte,
      attributes: cursor.buffer.readInt8(cursor.offset),
      timestamp: timestampType === logAppendTime && maxTimestamp ? maxTimestamp : String(timestamp),
      offset: String(offset),
      key,
      value,
      headers: noHeaders,
      isControlRecord: isControlBatch,
      batchContext: context,
    };
  };
}

const noHeaders = {};

/** Reads numbers and parts of records. */
export class VarReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  open(bytes: Buffer, at: number): void {
    this.#bytes = bytes;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  get isInside(): boolean {
    return this.#at <= this.#bytes.length;
  }

  /** A zigzag varint; garbage when it reaches past the end, which `isInside` tells. */
  number(): number {
    const sign = (this.#bytes[this.#at] ?? 0) & 1;
    let natural = 0;
    let byte = 0x80;
    for (let scale = 1; byte >= 0x80; scale *= 0x80) {
      byte = this.#bytes[this.#at] ?? 0;
      this.#at += 1;
      natural += (byte & 0x7f) * scale;
    }
    return sign === 0 ? natural / 2 : -(natural + 1) / 2;
  }

  /** Bytes behind their length; a view. */
  part(): Buffer | null {
    const length = this.number();
    if (length < 0) return null;
    const start = this.#at;
    this.#at += length;
    return this.#bytes.subarray(start, this.#at);
  }
}
