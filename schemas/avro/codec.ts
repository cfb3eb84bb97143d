import type { Type } from 'avsc';
import { TocsinError } from '../errors.ts';
import { branchesOf, foreignType, ownType } from './avro-types.ts';
import type { RecordSchema } from './notation.ts';
import { rowType } from './row-type.ts';

/** Values of one topic as Avro bytes and back. */
export interface Codec<T> {
  /** Registry subject of the topic's value. */
  readonly subject: string;
  readonly schema: RecordSchema;
  /** Unframed Avro; nobody else writes there. @throws TocsinError `invariant.broken` for what the schema cannot hold */
  encode(value: T): Buffer;
  /** The same behind Confluent's header: magic byte 0 and the big-endian schema id. */
  encodeFramed(schemaId: number, value: T): Buffer;
  /**
   * Reads what `encode` wrote, from `offset` to the end of `bytes`.
   *
   * @throws TocsinError `record.avro-truncated` on missing or left over bytes, `record.invalid-field` on an unknown
   * word or a number we cannot hold, `record.invalid-utf8`
   */
  decode(bytes: Uint8Array, offset?: number): T;
  /**
   * Reads what another version wrote: its fields are matched by name, missing ones take our defaults, added ones are
   * skipped. Build it once per writer: matching costs a hundred times a decode.
   *
   * @throws TocsinError `record.incompatible-schema` when Avro's rules find no way from that schema to ours
   */
  readerOf(writerSchema: unknown): (bytes: Uint8Array, offset?: number) => T;
  /** Whether another version writes exactly the bytes that this one does. */
  hasLayoutOf(writerSchema: unknown): boolean;
}

export interface CodecSpec<T> {
  readonly topic: string;
  readonly schema: RecordSchema;
  /** Between our type and the record, where they differ. */
  readonly toWire?: (value: T) => unknown;
  readonly fromWire?: (wire: never) => T;
}

export const headerBytes = 5;
const slabBytes = 64 * 1024;
/** What is larger would leave much of a slab empty. */
const largestShared = slabBytes / 8;

/** Builds a codec; do it once, at start: avsc generates code for each schema. */
export function codecOf<T>(spec: CodecSpec<T>): Codec<T> {
  const type = ownType(spec.schema);
  const subject = `${spec.topic}-value`;
  const toWire = spec.toWire ?? ((value: T): unknown => value);
  // What avsc reads with this schema has the wire's shape; the types cannot know it.
  const fromWire = (spec.fromWire ?? ((wire: T): T => wire)) as (wire: unknown) => T;
  const write = writerOf(type, subject);
  const own: Layout = { type, resolver: undefined };
  return {
    subject,
    schema: spec.schema,
    encode: (value) => write(null, toWire(value)),
    encodeFramed: (schemaId, value) => write(schemaId, toWire(value)),
    decode: (bytes, offset = 0) => fromWire(readAll(own, bytes, offset)),
    readerOf(writerSchema) {
      const written = layoutOf(type, writerSchema);
      return (bytes, offset = 0) => fromWire(readAll(written, bytes, offset));
    },
    hasLayoutOf: (writerSchema) => {
      try {
        return layoutOf(type, writerSchema).resolver === undefined;
      } catch {
        return false;
      }
    },
  };
}

/** Rows of one table as Avro bytes and back; both throw when they are of another form. */
export interface RowCodec {
  encode(row: unknown): Buffer;
  decode(bytes: Uint8Array): unknown;
}

/** As `codecOf`, for what only we write and read. */
export function rowCodecOf(schema: unknown): RowCodec {
  const type = rowType(schema);
  const write = writerOf(type, 'a row');
  const own: Layout = { type, resolver: undefined };
  return { encode: (row) => write(null, row), decode: (bytes) => readAll(own, bytes, 0) };
}

/** How bytes lie: as our schema says, or as a resolver makes of another schema. */
interface Layout {
  readonly type: Type;
  readonly resolver: ReturnType<Type['createResolver']> | undefined;
}

function layoutOf(type: Type, writerSchema: unknown): Layout {
  try {
    const writer = foreignType(writerSchema);
    requireRecords(writer);
    // Docs and defaults aside it is our schema: reading without a resolver is faster.
    if (type.equals(writer)) return { type, resolver: undefined };
    // Avro compares unqualified names: a producer may keep its own namespace.
    return { type, resolver: type.createResolver(writer, { ignoreNamespaces: true }) };
  } catch (cause) {
    throw new TocsinError('record.incompatible-schema', messageOf(cause), { cause });
  }
}

/** avsc looks for fields in whatever it is given, and trips over what has none. */
function requireRecords(writer: Type): void {
  const other = branchesOf(writer).find(({ typeName }) => typeName !== 'record' && typeName !== 'error');
  if (other !== undefined) throw new Error(`it describes a value of type ${other.typeName}, not a record`);
}

/** What is written lies in slabs, one value behind the other, until nobody has any of a slab's values any more. */
let slab: Buffer = Buffer.alloc(0);
let slabEnd = 0;

/** Writes into the slab; what does not fit any more is written again, into the next one or a buffer of its own. */
function writerOf(type: Type, subject: string): (schemaId: number | null, wire: unknown) => Buffer {
  return (schemaId, wire) => {
    const front = schemaId === null ? 0 : headerBytes;
    try {
      let end = type.encode(wire, slab, slabEnd + front);
      if (end < 0) {
        const bytes = slab.length - end - slabEnd;
        if (bytes > largestShared) return framed(writtenAlone(type, wire, { bytes, front }), schemaId);
        slab = Buffer.allocUnsafeSlow(slabBytes);
        slabEnd = 0;
        end = type.encode(wire, slab, front);
      }
      const start = slabEnd;
      slabEnd = end;
      return framed(slab.subarray(start, end), schemaId);
    } catch (cause) {
      throw new TocsinError('invariant.broken', `${subject}: ${whatIsWrong(type, wire, cause)}`, { cause });
    }
  };
}

function writtenAlone(
  type: Type,
  wire: unknown,
  { bytes, front }: { readonly bytes: number; readonly front: number },
): Buffer {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  type.encode(wire, buffer, front);
  return buffer;
}

function framed(bytes: Buffer, schemaId: number | null): Buffer {
  if (schemaId !== null) writeHeader(bytes, schemaId);
  return bytes;
}

function writeHeader(buffer: Buffer, schemaId: number): void {
  buffer[0] = 0;
  buffer.writeUInt32BE(schemaId, 1);
}

function readAll(layout: Layout, bytes: Uint8Array, offset: number): unknown {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { value, offset: end } = decodeAt(layout, buffer, offset);
  if (end === buffer.length) return value;
  const detail = end < 0 ? 'the value ends early' : `${buffer.length - end} bytes left over`;
  throw new TocsinError('record.avro-truncated', detail);
}

function decodeAt(
  { type, resolver }: Layout,
  buffer: Buffer,
  offset: number,
): { value: unknown; offset: number } {
  try {
    return type.decode(buffer, offset, resolver);
  } catch (cause) {
    if (cause instanceof TocsinError) throw cause;
    const detail = messageOf(cause);
    // avsc's words for a long beyond 2^53: the bytes are right, the number is not usable.
    const code = detail === 'potential precision loss' ? 'record.invalid-field' : 'record.avro-truncated';
    throw new TocsinError(code, detail, { cause });
  }
}

/** avsc names the bad value but not its place; looking for the place is slow and only done for the message. */
function whatIsWrong(type: Type, wire: unknown, cause: unknown): string {
  const places: string[] = [];
  try {
    type.isValid(wire, { errorHook: (path) => places.push(path.join('.')) });
  } catch {
    // A value that cannot even be looked at: the first message must do.
  }
  return places.length > 0 ? `cannot write ${places.join(', ')}` : messageOf(cause);
}

function messageOf(error: unknown): string {
  // Of schemas and values that contain themselves, or a thousand others, one in the other.
  if (error instanceof RangeError && /call stack/.test(error.message))
    return 'it is nested too deeply to be read';
  return error instanceof Error ? error.message : String(error);
}
