import avro from 'avsc';
import { Packed, writePacked } from './packed.ts';
import { subjectFields } from './reduced.ts';
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
      if (head instanceof Packed) writePacked(tap, head);
      else write(tap, head);
    };
  }
}

/** What a partial may bring besides its fields: those of its subject as they are written. */
export interface Prepacked {
  readonly subject: Packed;
}

const subjectLength = Object.keys(subjectFields).length;

/** The type of a partial: its subject, which comes first, is written at once where it is known packed. */
export class PartialType extends avro.types.RecordType {
  _createWriter(): Write {
    // What the typings leave out, as above.
    const internals = this as unknown as RecordInternals;
    const write = createWriter.call(internals);
    const rest: Pick<RecordInternals, 'fields' | '_getConstructorName'> = {
      fields: internals.fields.slice(subjectLength),
      _getConstructorName: () => 'RestOfPartial',
    };
    // avsc asks for these two only, to write out the code of a writer.
    const writeRest = createWriter.call(rest as RecordInternals);
    return (tap, partial) => {
      const { subject } = partial as { readonly subject?: unknown };
      if (subject instanceof Packed) {
        writePacked(tap, subject);
        writeRest(tap, partial);
      } else write(tap, partial);
    };
  }
}
