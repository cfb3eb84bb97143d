import { type COMPATIBILITY, SchemaType } from '@kafkajs/confluent-schema-registry';
import { TocsinError } from '../../schemas/errors.ts';
import { compatibilityOf, type ParsedSchema, parseSchema } from './compatibility.ts';
import {
  type ConfluentApiOptions,
  type ConfluentClient,
  confluentClient,
  type StoredVersion,
} from './confluent-api.ts';
import { isNotFound, registryError, statusOf } from './confluent-failure.ts';
import {
  type Compatibility,
  compatibilityLevel,
  type Registry,
  type SchemaJson,
  type Version,
} from './registry.ts';

export interface ConfluentRegistryOptions extends ConfluentApiOptions {
  /** Whether `register` may add versions; otherwise it only finds what is there. */
  readonly canRegister: boolean;
}

/** Levels under which a new version reads all earlier ones. */
const sufficient: readonly string[] = [compatibilityLevel, 'FULL_TRANSITIVE'];

/**
 * Opens a registry with Confluent's API. Rejects with `registry.unavailable`, or with `registry.refused` when user or
 * address are wrong.
 */
export async function openConfluentRegistry(options: ConfluentRegistryOptions): Promise<ConfluentRegistry> {
  const client = confluentClient(options);
  try {
    const subjects = (await client.api.Subject.all()).data();
    if (Array.isArray(subjects)) return new ConfluentRegistry(client, options.canRegister);
    throw new TocsinError('registry.refused', `${options.url} is not the Confluent API of a registry`);
  } catch (cause) {
    client.close();
    // A registry always has this route; here, nobody who would answer is not an outage.
    if (statusOf(cause) === 404)
      throw new TocsinError('registry.refused', `no ${options.url}/subjects`, { cause });
    throw registryError(cause, `opening ${options.url}`);
  }
}

/**
 * A registry across the network. What is compatible is decided here, with the resolvers that will read the records and
 * against every version of the subject; the registry is set to the same rule and asked as well.
 */
export class ConfluentRegistry implements Registry {
  readonly #client: ConfluentClient;
  readonly #canRegister: boolean;

  constructor(client: ConfluentClient, canRegister: boolean) {
    this.#client = client;
    this.#canRegister = canRegister;
  }

  async register(subject: string, schema: SchemaJson): Promise<number> {
    const parsed = parseSchema(schema);
    const versions = await this.#versions(subject);
    const known = versions.find((version) => isSame(version, parsed));
    if (known !== undefined) return known.id;
    const { isCompatible, messages } = compatibilityOf(parsed, versions);
    if (!isCompatible) throw new TocsinError('registry.incompatible', `${subject}: ${messages.join('; ')}`);
    if (!this.#canRegister) throw new TocsinError('registry.not-registered', subject);
    return this.#attempt(`registering ${subject}`, async () => {
      const level = versions.length === 0 ? compatibilityLevel : await this.#level(subject);
      const { id } = await this.#client.registry.register(
        { type: SchemaType.AVRO, schema: JSON.stringify(schema) },
        { subject, compatibility: level as COMPATIBILITY },
      );
      return id;
    });
  }

  async schemaById(id: number): Promise<SchemaJson | null> {
    const found = await this.#find(`schema ${id}`, () => this.#client.api.Schema.find({ id }));
    return found === null ? null : schemaOf(found.schema);
  }

  async find(subject: string, schema: SchemaJson): Promise<Version | null> {
    const parsed = parseSchema(schema);
    return (await this.#versions(subject)).find((version) => isSame(version, parsed)) ?? null;
  }

  async latest(subject: string): Promise<Version | null> {
    const found = await this.#version(subject, 'latest');
    return found === null ? null : versionOf(found);
  }

  async checkCompatibility(subject: string, schema: SchemaJson): Promise<Compatibility> {
    return compatibilityOf(parseSchema(schema), await this.#versions(subject));
  }

  close(): void {
    this.#client.close();
  }

  /** The level of a subject that has versions, made sufficient where it is not; other tools register here, too. */
  async #level(subject: string): Promise<string> {
    const { Subject } = this.#client.api;
    const found = await this.#find(`level of ${subject}`, () => Subject.config({ subject }));
    if (found !== null && sufficient.includes(found.compatibilityLevel)) return found.compatibilityLevel;
    await Subject.updateConfig({ subject, body: { compatibility: compatibilityLevel } });
    return compatibilityLevel;
  }

  /** Oldest first. A number whose version was deleted is left out, as the registry itself does when it compares. */
  async #versions(subject: string): Promise<readonly Version[]> {
    const latest = await this.#version(subject, 'latest');
    if (latest === null) return [];
    const earlier = Array.from({ length: latest.version - 1 }, (_, n) => this.#version(subject, n + 1));
    return [...(await Promise.all(earlier)), latest].flatMap((found) =>
      found === null ? [] : [versionOf(found)],
    );
  }

  #version(subject: string, version: number | 'latest'): Promise<StoredVersion | null> {
    return this.#find(`version ${version} of ${subject}`, () =>
      this.#client.api.Subject.version({ subject, version }),
    );
  }

  #find<T>(what: string, ask: () => Promise<{ data(): T }>): Promise<T | null> {
    return this.#attempt(what, async () => {
      try {
        return (await ask()).data();
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    });
  }

  async #attempt<T>(doing: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (cause) {
      throw registryError(cause, doing);
    }
  }
}

function versionOf({ id, version, schema }: StoredVersion): Version {
  if (!Number.isInteger(id) || !Number.isInteger(version)) throw strange();
  return { id, version, schema: schemaOf(schema) };
}

/** A schema that is no JSON (Protobuf) stays text; read as Avro it is the name of an unknown type. */
function schemaOf(text: unknown): SchemaJson {
  if (typeof text !== 'string') throw strange();
  try {
    return JSON.parse(text) as SchemaJson;
  } catch {
    return text;
  }
}

/** The page of a proxy that answers everything with 200, most likely. */
function strange(): TocsinError {
  return new TocsinError('registry.unavailable', 'an answer without a schema');
}

function isSame({ schema }: Version, { canonical }: ParsedSchema): boolean {
  try {
    return parseSchema(schema).canonical === canonical;
  } catch {
    return false;
  }
}
