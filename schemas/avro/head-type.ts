import avro from 'avsc';
import { Packed, writePacked } from './packed.ts';
import type { Tap } from './tap.ts';

type Write = (tap: Tap, value: unknown) => void;

/** What avsc asks a record for in its constructor; the typings leave it out. */
interface RecordInternals {
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
