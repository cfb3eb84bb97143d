import type { Ending } from '../alert.ts';
import type { Fingerprint } from '../brand.ts';
import { TocsinError } from '../errors.ts';
import type { Subject } from '../reduced.ts';
import { ownType } from './avro-types.ts';
import { type BytesSchema, document, record } from './notation.ts';
import { Packed, packedAs, writeLatin1 } from './packed.ts';
import { PackedHead, packed } from './packed-head.ts';
import { subjectFields } from './reduced.ts';
import type { Tap } from './tap.ts';

const { head: _head, ...frontFields } = subjectFields;
type Front = Omit<Subject, 'head'>;
const frontType = ownType(document(record<Front>('Front', 'All but its text.', frontFields)));

/** What is asked of a subject while alerts come; the rest is read out of its bytes. */
type Known = Pick<Front, 'fingerprint' | 'domain' | 'ending' | 'droppedBy'>;

/**
 * A subject as it is written: eight texts, which a shard of REDUCE writes of a run four times or more, in partials and in
 * checkpoints, and reads hardly ever: as texts of their own they would be twice as large. Its head comes last, and is where it is kept.
 */
export class PackedSubject extends Packed implements Subject {
  declare readonly fingerprint: Fingerprint;
  declare readonly domain: string;
  declare readonly ending: Ending;
  declare readonly droppedBy: string;
  /** All but the head, one character for each byte. */
  declare protected readonly front: string;
  declare readonly head: PackedHead;

  constructor(front: string, { fingerprint, domain, ending, droppedBy }: Known, head: PackedHead) {
    super();
    this.fingerprint = fingerprint;
    this.domain = domain;
    this.ending = ending;
    this.droppedBy = droppedBy;
    this.front = front;
    this.head = head;
  }

  get byteLength(): number {
    return this.front.length + this.head.byteLength;
  }

  writeTo(tap: Tap): void {
    writeLatin1(tap, this.front);
    this.head.writeTo(tap);
  }

  get fingerprintRule(): string {
    return this.#text(1) ?? this.#open().fingerprintRule;
  }

  get contentHash(): string {
    return this.#text(3) ?? this.#open().contentHash;
  }

  get watched(): string {
    return this.#text(4) ?? this.#open().watched;
  }

  toJSON(): Subject {
    return { ...this.#open(), head: this.head };
  }

  /**
   * The text at a place among those that it begins with, where it stands: two subjects are compared by theirs, in turns. Null where
   * one is long, or not ASCII.
   */
  #text(place: number): string | null {
    const { front } = this;
    let from = 0;
    for (let passed = 0; ; passed += 1) {
      const size = front.charCodeAt(from);
      if (size > longestShort) return null;
      const to = from + 1 + (size >> 1);
      if (passed === place) {
        const text = front.slice(from + 1, to);
        return isAscii(text) ? text : null;
      }
      from = to;
    }
  }

  /** Who asks for one field asks for the others, too. */
  #open(): Front {
    if (opened !== this.front || content === null)
      content = frontType.fromBuffer(Buffer.from(this.front, 'latin1')) as Front;
    opened = this.front;
    return content;
  }
}

/** A length of one byte, as Avro writes it: doubled. */
const longestShort = 0x7f;

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** The text and not who has it: whoever is remembered here would keep all that he refers to. */
let opened: string | null = null;
let content: Front | null = null;

export function packSubject(subject: Subject): PackedSubject {
  const { head } = subject;
  return new PackedSubject(
    packedAs(frontType, subject),
    subject,
    head instanceof PackedHead ? head : new PackedHead(packed(head)),
  );
}

/** The one that lies in bytes of a row. @throws TocsinError `record.avro-truncated` */
export function subjectIn(bytes: Buffer, from: number, to: number): PackedSubject {
  const { value, offset } = frontType.decode(bytes, from);
  if (offset < 0 || offset > to) throw new TocsinError('record.avro-truncated', 'a subject without a head');
  const head = new PackedHead(bytes.toString('latin1', offset, to));
  return new PackedSubject(bytes.toString('latin1', from, offset), value as Front, head);
}

/** A subject of a row, packed. */
export const packedSubjectSchema: BytesSchema = { type: 'bytes', logicalType: 'tocsin-subject' };
