import avro from 'avsc';
import { TocsinError } from '../../schemas/errors.ts';
import type { Compatibility, SchemaJson, Version } from './registry.ts';

/** A schema that was understood, with the text that two equal schemas share. */
export interface ParsedSchema {
  readonly json: SchemaJson;
  readonly type: avro.Type;
  readonly canonical: string;
}

/** @throws TocsinError `registry.invalid-schema` */
export function parseSchema(json: SchemaJson): ParsedSchema {
  try {
    // avsc parses and checks it; its typings want mutable node shapes.
    return { json, type: avro.Type.forSchema(json as never), canonical: canonicalText(json) };
  } catch (cause) {
    throw new TocsinError('registry.invalid-schema', cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  }
}

/** Whether data of each version can be read with `reader`, by the resolvers that would read it. */
export function compatibilityOf(reader: ParsedSchema, versions: readonly Version[]): Compatibility {
  const messages = versions.flatMap(({ version, schema }) => {
    const problem = problemOf(reader, parseSchema(schema));
    return problem === null ? [] : [`version ${version}: ${problem}`];
  });
  return { isCompatible: messages.length === 0, messages };
}

function problemOf(reader: ParsedSchema, writer: ParsedSchema): string | null {
  try {
    reader.type.createResolver(writer.type, { ignoreNamespaces: true });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Attributes in sorted order, so that only their values count; docs and defaults do count: readers rely on them. */
function canonicalText(json: unknown): string {
  return JSON.stringify(json, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
