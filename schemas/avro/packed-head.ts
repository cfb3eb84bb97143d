import avro from 'avsc';
import type { Head, Labels, Severity } from '../alert.ts';
import { ownType } from './avro-types.ts';
import { type BytesSchema, document } from './notation.ts';
import { Packed, packedAs, writeLatin1 } from './packed.ts';
import { headSchema } from './raw-alert.ts';
import { readLatin1, type Tap } from './tap.ts';

const headType = ownType(document(headSchema));

/**
 * A head as it is written. A shard of REDUCE holds one for each alert that it knows and writes it often, while it reads it once:
 * as an object of texts it is four times as large, and costs the collector a walk.
 */
export class PackedHead extends Packed implements Head {
  /** One character for each byte; null: they lie in `bytes`. */
  declare protected avro: string | null;
  declare protected bytes: Buffer | null;
  declare protected from: number;
  declare readonly byteLength: number;

  constructor(avro: string) {
    super();
    this.avro = avro;
    this.bytes = null;
    this.from = 0;
    this.byteLength = avro.length;
  }

  /**
   * From here on it is read where it lies in these bytes, which never change, if they are its own: who knows heads by their bytes
   * has them anyway.
   */
  lieIn(bytes: Buffer, from: number, to: number): void {
    if (to - from !== this.byteLength || !this.#isIn(bytes, from, to)) return;
    this.avro = null;
    this.bytes = bytes;
    this.from = from;
  }

  /** If it lies in one of these, it has bytes of its own from here on. */
  leave(chunks: ReadonlySet<Buffer>): void {
    const { bytes, from, byteLength } = this;
    if (bytes === null || !chunks.has(bytes)) return;
    this.avro = bytes.toString('latin1', from, from + byteLength);
    this.bytes = null;
    this.from = 0;
  }

  #isIn(bytes: Buffer, from: number, to: number): boolean {
    if (this.avro !== null) return bytes.toString('latin1', from, to) === this.avro;
    return this.#bytes().compare(bytes, from, to) === 0;
  }

  #bytes(): Buffer {
    if (this.bytes === null) return Buffer.from(this.avro ?? '', 'latin1');
    return this.bytes.subarray(this.from, this.from + this.byteLength);
  }

  writeTo(tap: Tap): void {
    if (this.avro !== null) {
      writeLatin1(tap, this.avro);
      return;
    }
    const start = tap.pos;
    tap.pos = start + this.byteLength;
    if (tap.pos <= tap.buf.length) this.bytes?.copy(tap.buf, start, this.from, this.from + this.byteLength);
  }

  /** The head as an object. Its labels have no prototype: one called `constructor` is a label like any other. */
  unpack(): Head {
    const head: Head = headType.fromBuffer(this.#bytes());
    Object.setPrototypeOf(head.labels, null);
    Object.setPrototypeOf(head.annotations, null);
    return head;
  }

  toJSON(): Head {
    return this.unpack();
  }

  get tenant(): string {
    return open(this).tenant;
  }

  get source(): string {
    return open(this).source;
  }

  get name(): string {
    return open(this).name;
  }

  get severity(): Severity {
    return open(this).severity;
  }

  get labels(): Labels {
    return open(this).labels;
  }

  get annotations(): Labels {
    return open(this).annotations;
  }

  get generatorUrl(): string {
    return open(this).generatorUrl;
  }
}

let opened: PackedHead | null = null;
let content: Head | null = null;

/** Who asks for one field asks for the others, too. */
function open(head: PackedHead): Head {
  if (opened !== head || content === null) content = head.unpack();
  opened = head;
  return content;
}

/** The bytes of a head, for a `PackedHead`. */
export function packed(head: Head): string {
  return packedAs(headType, head);
}

/** A head of a row, packed. */
export const packedHeadSchema: BytesSchema = { type: 'bytes', logicalType: 'tocsin-head' };

/** The type of a packed head in a row; undefined for any other node. */
export function packedHeadType(node: unknown): avro.Type | undefined {
  const { logicalType } = (node ?? {}) as Partial<BytesSchema>;
  return logicalType === packedHeadSchema.logicalType ? new PackedHeadType() : undefined;
}

/** What is read stays packed. */
class PackedHeadType extends avro.types.BytesType {
  _read(tap: Tap): PackedHead {
    return new PackedHead(readLatin1(tap));
  }

  _write(tap: Tap, head: Head): void {
    const known = head instanceof PackedHead ? head : new PackedHead(packed(head));
    tap.writeLong(known.byteLength);
    known.writeTo(tap);
  }
}
