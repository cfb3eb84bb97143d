import avro from 'avsc';
import type { Head, Labels, Severity } from '../alert.ts';
import { ownType } from './avro-types.ts';
import { type BytesSchema, document } from './notation.ts';
import { Packed, packedAs, writePacked } from './packed.ts';
import { headSchema } from './raw-alert.ts';
import { readLatin1, type Tap } from './tap.ts';

const headType = ownType(document(headSchema));

/**
 * A head as it is written. A shard of REDUCE holds one for each alert that it knows and writes it often, while it reads it once:
 * as an object of texts it is four times as large, and costs the collector a walk.
 */
export class PackedHead extends Packed implements Head {
  /** The head as an object. Its labels have no prototype: one called `constructor` is a label like any other. */
  unpack(): Head {
    const head: Head = headType.fromBuffer(Buffer.from(this.avro, 'latin1'));
    Object.setPrototypeOf(head.labels, null);
    Object.setPrototypeOf(head.annotations, null);
    return head;
  }

  /** From here on its bytes are the end of those, which are kept anyway: V8 refers to a part of a text, and copies nothing. */
  keepIn({ avro: longer }: Packed): void {
    this.avro = longer.slice(longer.length - this.avro.length);
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
    const { avro: text } = head instanceof PackedHead ? head : new PackedHead(packed(head));
    tap.writeLong(text.length);
    writePacked(tap, new Packed(text));
  }
}
