/** How the Avro schemas of this folder are written down: short constructors whose fields are checked against a type. */

export interface RecordSchema {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  readonly doc: string;
  readonly fields: readonly FieldSchema[];
}

export interface FieldSchema {
  readonly name: string;
  readonly doc: string;
  readonly type: AvroSchema;
  readonly default?: unknown;
}

export interface EnumSchema {
  readonly type: 'enum';
  readonly name: string;
  readonly doc: string;
  readonly symbols: readonly string[];
  readonly default: string;
}

export interface MapSchema {
  readonly type: 'map';
  readonly values: AvroSchema;
}

export interface ArraySchema {
  readonly type: 'array';
  readonly items: AvroSchema;
}

export interface TimeSchema {
  readonly type: 'long';
  readonly logicalType: 'timestamp-millis';
}

/** Bytes that a type of ours reads. */
export interface BytesSchema {
  readonly type: 'bytes';
  readonly logicalType: string;
}

/** A text is a primitive or the name of a record or enum defined earlier in the same document. */
export type AvroSchema =
  | string
  | RecordSchema
  | EnumSchema
  | MapSchema
  | ArraySchema
  | TimeSchema
  | BytesSchema
  | readonly AvroSchema[];

type FieldSpec = Omit<FieldSchema, 'name'>;

/** One entry per field of `T`, in the order they have on the wire: a field of `T` that is left out does not compile. */
export type Fields<T> = { readonly [K in keyof T]-?: FieldSpec };

export const namespace = 'tocsin.v1';

/** Epoch milliseconds; other languages see a timestamp, we see the plain number. */
export const time: TimeSchema = { type: 'long', logicalType: 'timestamp-millis' };

/** Label maps: keys are written in order of their UTF-16 units, so that equal maps have equal bytes. */
export const textMap: MapSchema = { type: 'map', values: 'string' };

export const listOf = (items: AvroSchema): ArraySchema => ({ type: 'array', items });

export const required = (type: AvroSchema, doc: string): FieldSpec => ({ type, doc });

export const defaulted = (type: AvroSchema, value: unknown, doc: string): FieldSpec => ({
  type,
  doc,
  default: value,
});

export const optional = (type: AvroSchema, doc: string): FieldSpec => ({
  type: ['null', type],
  doc,
  default: null,
});

/** Fields added after the first release must come with a default (`optional` or `defaulted`). */
export function record<T>(name: string, doc: string, fields: Fields<T>): RecordSchema {
  // Object.entries loses the value type of a mapped type over T.
  const entries = Object.entries(fields) as [string, FieldSpec][];
  return { type: 'record', name, doc, fields: entries.map(([field, spec]) => ({ name: field, ...spec })) };
}

/** A schema that stands alone: in our namespace, each named type defined where it first occurs and named after that. */
export function document(root: RecordSchema): RecordSchema {
  return definedOnce({ ...root, namespace }, new Set()) as RecordSchema;
}

function definedOnce(schema: AvroSchema, defined: Set<string>): AvroSchema {
  if (typeof schema === 'string') return schema;
  if (isUnion(schema)) return schema.map((branch) => definedOnce(branch, defined));
  if (schema.type === 'array') return { ...schema, items: definedOnce(schema.items, defined) };
  if (schema.type === 'map') return { ...schema, values: definedOnce(schema.values, defined) };
  if (schema.type === 'long' || schema.type === 'bytes') return schema;
  if (defined.has(schema.name)) return schema.name;
  defined.add(schema.name);
  if (schema.type === 'enum') return schema;
  return { ...schema, fields: schema.fields.map((f) => ({ ...f, type: definedOnce(f.type, defined) })) };
}

export function isUnion(schema: AvroSchema): schema is readonly AvroSchema[] {
  return Array.isArray(schema);
}
