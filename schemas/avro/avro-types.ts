import avro from 'avsc';
import type { RecordSchema } from './notation.ts';
import { HeadType, PartialType } from './prepacked-types.ts';
import { safeType } from './safe-types.ts';
import { wordType } from './word-type.ts';
import { wordListOf } from './words.ts';

/** avsc type of one of our schemas: its enums are our words. */
export function ownType(schema: RecordSchema): avro.Type {
  return build(schema, (node, options) => {
    const { type, name } = namedNode(node);
    // avsc's typings do not export the shapes of nodes; it checks them itself.
    if (type === 'record' && name === 'Head') return new HeadType(node as never, options);
    if (type === 'record' && name === 'Partial') return new PartialType(node as never, options);
    const list = type === 'enum' ? wordListOf.get(name) : undefined;
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

/** What a value of the type may be: the branches of a union, or the type itself. */
export function branchesOf(type: avro.Type): readonly avro.Type[] {
  return type instanceof avro.types.UnwrappedUnionType || type instanceof avro.types.WrappedUnionType
    ? type.types
    : [type];
}

function namedNode(node: unknown): { readonly type?: unknown; readonly name: string } {
  if (typeof node !== 'object' || node === null) return { name: '' };
  const { type, name = '' }: { readonly type?: unknown; readonly name?: string } = node;
  return { type, name };
}

/** avsc parses and checks the schema itself; the hook makes the types that are ours. */
export function build(
  schema: unknown,
  typeHook: (schema: unknown, options: object) => avro.Type | undefined,
): avro.Type {
  // avsc's typings want mutable node shapes.
  return avro.Type.forSchema(schema as never, { typeHook, omitRecordMethods: true });
}
