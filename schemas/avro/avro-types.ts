import avro from 'avsc';
import type { RecordSchema } from './notation.ts';
import { optionalType, safeType, TextType } from './safe-types.ts';
import { wordType } from './word-type.ts';
import { wordListOf } from './words.ts';

/** avsc type of one of our schemas: its enums are our words. */
export function ownType(schema: RecordSchema): avro.Type {
  return build(schema, (node, options) => {
    const name = enumName(node);
    const list = name === undefined ? undefined : wordListOf.get(name);
    return list === undefined ? safeType(node, options) : wordType(list, options);
  });
}

/**
 * avsc type of a schema that somebody else registered.
 *
 * @throws Error when it is not an Avro schema
 */
export function foreignType(schema: unknown): avro.Type {
  return build(schema, safeType);
}

/** avsc type of a row that only we write and read: a million of them share the texts that repeat. */
export function rowType(schema: unknown): avro.Type {
  return build(schema, (node, options) => (node === 'string' ? new TextType() : optionalType(node, options)));
}

/** What a value of the type may be: the branches of a union, or the type itself. */
export function branchesOf(type: avro.Type): readonly avro.Type[] {
  return type instanceof avro.types.UnwrappedUnionType || type instanceof avro.types.WrappedUnionType
    ? type.types
    : [type];
}

function enumName(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  const { type, name }: { readonly type?: unknown; readonly name?: string } = node;
  return type === 'enum' ? name : undefined;
}

function build(
  schema: unknown,
  typeHook: (schema: unknown, options: object) => avro.Type | undefined,
): avro.Type {
  // avsc parses and checks the schema itself; its typings want mutable node shapes.
  return avro.Type.forSchema(schema as never, { typeHook, omitRecordMethods: true });
}
