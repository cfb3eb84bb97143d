import { type AvroSchema, isUnion, type RecordSchema } from '../avro/notation.ts';
import { sortedKeys } from '../sorted-keys.ts';

/** Writes a value as JSON text. */
export type JsonWriter = (value: unknown) => string;

/**
 * Writes records of a schema as JSON that depends on the value alone: fields in the schema's order, map keys sorted,
 * nothing left out. Numbers that JSON does not have become null.
 */
export function jsonWriterOf(schema: RecordSchema): JsonWriter {
  return recordWriter(schema, new Map());
}

type Named = Map<string, JsonWriter>;

function writerOf(schema: AvroSchema, named: Named): JsonWriter {
  if (typeof schema === 'string') return named.get(schema) ?? scalar;
  if (isUnion(schema)) return optionalWriter(schema, named);
  switch (schema.type) {
    case 'record':
      return recordWriter(schema, named);
    case 'array':
      return listWriter(writerOf(schema.items, named));
    case 'map':
      return mapWriter(writerOf(schema.values, named));
    case 'enum':
      named.set(schema.name, scalar);
      return scalar;
    case 'long':
    case 'bytes':
      return scalar;
  }
}

/** Text, numbers and booleans; half a surrogate pair is written as an escape, NaN and infinities as null. */
const scalar: JsonWriter = (value) => JSON.stringify(value) ?? 'null';

function optionalWriter(branches: readonly AvroSchema[], named: Named): JsonWriter {
  const write = writerOf(branches.find((branch) => branch !== 'null') ?? 'null', named);
  return (value) => (value === null || value === undefined ? 'null' : write(value));
}

function recordWriter(schema: RecordSchema, named: Named): JsonWriter {
  const fields = schema.fields.map(({ name, type }, index) => ({
    name,
    start: `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`,
    write: writerOf(type, named),
  }));
  const writer: JsonWriter = (value) => {
    // The caller's types say that it is a record of this schema.
    const values = value as Readonly<Record<string, unknown>>;
    let text = '';
    for (const { name, start, write } of fields) text += start + write(values[name]);
    return `${text}}`;
  };
  named.set(schema.name, writer);
  return writer;
}

function listWriter(write: JsonWriter): JsonWriter {
  return (list) => `[${(list as readonly unknown[]).map(write).join(',')}]`;
}

function mapWriter(write: JsonWriter): JsonWriter {
  return (map) => {
    const values = map as Readonly<Record<string, unknown>>;
    return `{${sortedKeys(values)
      .map((key) => `${JSON.stringify(key)}:${write(values[key])}`)
      .join(',')}}`;
  };
}
