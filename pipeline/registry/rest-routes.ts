import { TocsinError } from '../../schemas/errors.ts';
import type { EmbeddedRegistry } from './embedded-registry.ts';
import { compatibilityLevel, type SchemaJson, type Version } from './registry.ts';

/**
 * The part of Confluent's REST API that producers and their libraries use
 * (https://docs.confluent.io/platform/current/schema-registry/develop/api.html). Schemas are Avro, without references.
 */
export interface RestRequest {
  readonly method: string;
  /** Decoded segments: `/subjects/a-value/versions` is ['subjects', 'a-value', 'versions']. */
  readonly path: readonly string[];
  readonly body: string;
}

export interface RestAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Confluent's error codes begin with the HTTP status. */
class Refusal extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export async function answer(registry: EmbeddedRegistry, request: RestRequest): Promise<RestAnswer> {
  try {
    return { status: 200, body: await route(registry, request) };
  } catch (error) {
    const { code, message } = refusalOf(error);
    return { status: code > 999 ? Math.floor(code / 100) : code, body: { error_code: code, message } };
  }
}

function route(registry: EmbeddedRegistry, { method, path, body }: RestRequest): unknown {
  const [root, second = '', third, fourth] = path;
  switch (`${method} ${root}/${path.length}`) {
    case 'GET subjects/1':
      return registry.subjects();
    case 'POST subjects/2':
      return lookUp(registry, second, body);
    case 'GET subjects/3':
      if (third === 'versions') return versionsOf(registry, second).map(({ version }) => version);
      break;
    case 'POST subjects/3':
      if (third === 'versions') return registry.register(second, schemaIn(body)).then((id) => ({ id }));
      break;
    case 'GET subjects/4':
      if (third === 'versions') return described(second, versionOf(registry, second, fourth ?? ''));
      break;
    case 'GET schemas/3':
      if (second === 'ids') return schemaById(registry, third ?? '');
      break;
    case 'POST compatibility/4':
    case 'POST compatibility/5':
      if (second === 'subjects') return compatibility(registry, third ?? '', body);
      break;
    case 'GET config/1':
    case 'GET config/2':
      return { compatibilityLevel };
  }
  throw new Refusal(404, `no ${method} /${path.join('/')} here`);
}

async function lookUp(registry: EmbeddedRegistry, subject: string, body: string): Promise<unknown> {
  const found = await registry.find(subject, schemaIn(body));
  if (found !== null) return described(subject, found);
  versionsOf(registry, subject);
  throw new Refusal(40403, 'Schema not found');
}

async function schemaById(registry: EmbeddedRegistry, id: string): Promise<unknown> {
  const schema = await registry.schemaById(Number(id));
  if (schema === null) throw new Refusal(40403, `Schema ${id} not found`);
  return { schema: JSON.stringify(schema) };
}

/** Always against all versions, whichever the path names: that is what `register` asks. */
async function compatibility(registry: EmbeddedRegistry, subject: string, body: string): Promise<unknown> {
  const { isCompatible, messages } = await registry.checkCompatibility(subject, schemaIn(body));
  return { is_compatible: isCompatible, messages };
}

function versionsOf(registry: EmbeddedRegistry, subject: string): readonly Version[] {
  const versions = registry.versions(subject);
  if (versions.length === 0) throw new Refusal(40401, `Subject '${subject}' not found.`);
  return versions;
}

function versionOf(registry: EmbeddedRegistry, subject: string, name: string): Version {
  const versions = versionsOf(registry, subject);
  const found = name === 'latest' || name === '-1' ? versions.at(-1) : versions[Number(name) - 1];
  if (found === undefined) throw new Refusal(40402, `Version ${name} not found.`);
  return found;
}

function described(subject: string, { id, version, schema }: Version): unknown {
  return { subject, id, version, schema: JSON.stringify(schema) };
}

/** The schema travels as JSON text inside JSON. */
function schemaIn(body: string): SchemaJson {
  const { schema, schemaType = 'AVRO', references = [] } = parsed(body) as Readonly<Record<string, unknown>>;
  if (schemaType !== 'AVRO') throw new Refusal(42201, `schemas are AVRO here, not ${String(schemaType)}`);
  if (!Array.isArray(references) || references.length > 0) throw new Refusal(42201, 'no references here');
  if (typeof schema !== 'string') throw new Refusal(42201, 'the field schema holds the Avro schema as text');
  const json = parsed(schema);
  if (typeof json === 'string' || (typeof json === 'object' && json !== null)) return json;
  throw new Refusal(42201, 'the schema is neither an object nor a name');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    throw new Refusal(42201, 'the text is not JSON');
  }
}

function refusalOf(error: unknown): { readonly code: number; readonly message: string } {
  if (error instanceof Refusal) return error;
  if (!(error instanceof TocsinError)) throw error;
  if (error.code === 'registry.incompatible') return { code: 409, message: error.message };
  if (error.code === 'registry.invalid-schema') return { code: 42201, message: error.message };
  throw error;
}
