import type { Schema } from 'avsc';
import type { AvroSchema, RecordSchema } from '../schemas/avro/notation.ts';

/**
 * The row schema for a value of a topic: the same fields, with our words as plain strings, since rows are read and written
 * by us alone and need no symbols that other languages can spell.
 */
export function rowSchema(schema: RecordSchema): Schema {
  return plain(schema, new Set());
}

function plain(schema: AvroSchema, enums: Set<string>): Schema {
  if (typeof schema === 'string') return enums.has(schema) ? 'string' : schema;
  // Array.isArray does not narrow readonly arrays, and avsc's typings know no nested unions.
  if (Array.isArray(schema))
    return (schema as readonly AvroSchema[]).map((branch) => plain(branch, enums)) as Schema;
  const node = schema as Exclude<AvroSchema, string | readonly AvroSchema[]>;
  if (node.type === 'array') return { type: 'array', items: plain(node.items, enums) };
  if (node.type === 'map') return { type: 'map', values: plain(node.values, enums) };
  if (node.type === 'long') return 'long';
  if (node.type === 'bytes') return { ...node };
  if (node.type === 'enum') {
    enums.add(node.name);
    return 'string';
  }
  const fields = node.fields.map(({ name, type }) => ({ name, type: plain(type, enums) }));
  return { type: 'record', name: node.name, fields };
}
