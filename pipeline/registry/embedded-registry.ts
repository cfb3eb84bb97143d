import { TocsinError } from '../../schemas/errors.ts';
import { compatibilityOf, parseSchema } from './compatibility.ts';
import type { Compatibility, Registry, SchemaJson, Version } from './registry.ts';

/** A registry in this process. It forgets everything when the process ends, like the log beside it. */
export class EmbeddedRegistry implements Registry {
  readonly #schemas: SchemaJson[] = [];
  readonly #idByText = new Map<string, number>();
  readonly #versions = new Map<string, Version[]>();

  // Ids are given before the first await: they depend on the order of the calls alone.
  async register(subject: string, schema: SchemaJson): Promise<number> {
    const parsed = parseSchema(schema);
    const versions = this.#versionsOf(subject);
    const known = this.#idByText.get(parsed.canonical);
    if (known !== undefined && versions.some(({ id }) => id === known)) return known;
    const { isCompatible, messages } = compatibilityOf(parsed, versions);
    if (!isCompatible) throw new TocsinError('registry.incompatible', `${subject}: ${messages.join('; ')}`);
    const id = known ?? this.#schemas.push(schema);
    this.#idByText.set(parsed.canonical, id);
    this.#versions.set(subject, [...versions, { id, version: versions.length + 1, schema }]);
    return id;
  }

  async schemaById(id: number): Promise<SchemaJson | null> {
    return this.#schemas[id - 1] ?? null;
  }

  async latest(subject: string): Promise<Version | null> {
    return this.#versionsOf(subject).at(-1) ?? null;
  }

  async checkCompatibility(subject: string, schema: SchemaJson): Promise<Compatibility> {
    return compatibilityOf(parseSchema(schema), this.#versionsOf(subject));
  }

  async find(subject: string, schema: SchemaJson): Promise<Version | null> {
    const wanted = this.#idByText.get(parseSchema(schema).canonical);
    return this.#versionsOf(subject).find(({ id }) => id === wanted) ?? null;
  }

  subjects(): readonly string[] {
    return [...this.#versions.keys()].sort();
  }

  /** Oldest first; empty for an unknown subject. */
  versions(subject: string): readonly Version[] {
    return this.#versionsOf(subject);
  }

  #versionsOf(subject: string): readonly Version[] {
    return this.#versions.get(subject) ?? [];
  }
}
