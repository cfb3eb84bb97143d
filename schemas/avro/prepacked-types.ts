import avro from 'avsc';
import { Packed } from './packed.ts';
import { countsFields, subjectFields } from './reduced.ts';
import { Sightings } from './sightings.ts';
import type { Tap } from './tap.ts';

type Write = (tap: Tap, value: unknown) => void;

/** What avsc asks a record for in its constructor; the typings leave it out. */
interface RecordInternals {
  readonly fields: readonly unknown[];
  _getConstructorName(): string;
  _createWriter(): Write;
}
const { _createWriter: createWriter } = avro.types.RecordType.prototype as unknown as RecordInternals;

/** The type of a head: it takes one that is packed, too. Most are written several times, and read nowhere in between. */
export class HeadType extends avro.types.RecordType {
  _createWriter(): Write {
    const write = createWriter.call(this as unknown as RecordInternals);
    return (tap, head) => {
      if (head instanceof Packed) head.writeTo(tap);
      else write(tap, head);
    };
  }
}

/** What a partial may bring besides its fields. */
export interface Prepacked {
  /** Those of its subject as they are written. */
  readonly subject: Packed;
  /** What writes its segments, minutes and values; null: they are written as any others. */
  readonly sightings: Sightings | null;
}

const subjectLength = Object.keys(subjectFields).length;
const countsLength = Object.keys(countsFields).length;

/** The type of a partial: its subject, which comes first, and its counts, which come last, are written at once where that is possible. */
export class PartialType extends avro.types.RecordType {
  _createWriter(): Write {
    // What the typings leave out, as above.
    const internals = this as unknown as RecordInternals;
    const write = createWriter.call(internals);
    const writeMiddle = writerOf('MiddleOfPartial', internals.fields.slice(subjectLength, -countsLength));
    const writeCounts = writerOf('CountsOfPartial', internals.fields.slice(-countsLength));
    return (tap, partial) => {
      // Whatever else it is: avsc hands over what it is given.
      const { subject, sightings } = partial as Partial<Prepacked>;
      if (!(subject instanceof Packed)) {
        write(tap, partial);
        return;
      }
      subject.writeTo(tap);
      writeMiddle(tap, partial);
      if (sightings instanceof Sightings) sightings.write(tap);
      else writeCounts(tap, partial);
    };
  }
}

/** Writes some fields of a record. */
function writerOf(name: string, fields: readonly unknown[]): Write {
  // avsc asks for these two only, to write out the code of a writer.
  const some: Pick<RecordInternals, 'fields' | '_getConstructorName'> = {
    fields,
    _getConstructorName: () => name,
  };
  return createWriter.call(some as RecordInternals);
}
