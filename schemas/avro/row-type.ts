import type avro from 'avsc';
import { build } from './avro-types.ts';
import { numbersType } from './numbers-type.ts';
import { packedRowType } from './packed.ts';
import { countsIn, packedCountsSchema } from './packed-counts.ts';
import { packedHeadType } from './packed-head.ts';
import { packedSubjectSchema, subjectIn } from './packed-subject.ts';
import { optionalType, TextType, wholeType } from './safe-types.ts';

/** avsc type of a row that only we write and read: a million of them share the texts that repeat. */
export function rowType(schema: unknown): avro.Type {
  return build(schema, (node, options) =>
    node === 'string'
      ? new TextType()
      : (packedHeadType(node) ??
        packedRowType(node, packedSubjectSchema, subjectIn) ??
        packedRowType(node, packedCountsSchema, countsIn) ??
        numbersType(node) ??
        wholeType(node) ??
        optionalType(node, options)),
  );
}
