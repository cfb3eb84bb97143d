import type { Subject } from '../reduced.ts';
import { ownType } from './avro-types.ts';
import { type BytesSchema, document, record } from './notation.ts';
import { Packed, packedAs } from './packed.ts';
import { PackedHead } from './packed-head.ts';
import { subjectFields } from './reduced.ts';

const { head: _head, ...frontFields } = subjectFields;
const subjectType = ownType(document(record<Subject>('Subject', 'What an alert is.', subjectFields)));
const frontType = ownType(document(record<Omit<Subject, 'head'>>('Front', 'All but its text.', frontFields)));

/**
 * A subject as it is written: eight texts, which a shard of REDUCE writes of a run four times or more, in partials and in
 * checkpoints.
 */
export class PackedSubject extends Packed {
  /** As an object; its head stays packed, and is a part of this text. */
  unpack(): Subject {
    const { value, offset } = frontType.decode(Buffer.from(this.avro, 'latin1'), 0);
    // The head is all that is left.
    return { ...value, head: new PackedHead(this.avro.slice(offset)) };
  }

  toJSON(): Subject {
    return this.unpack();
  }
}

export function packSubject(subject: Subject): PackedSubject {
  return new PackedSubject(packedAs(subjectType, subject));
}

/** A subject of a row, packed. */
export const packedSubjectSchema: BytesSchema = { type: 'bytes', logicalType: 'tocsin-subject' };
