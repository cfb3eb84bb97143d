/** An Avro schema as JSON: an object, a union, or the name of a primitive. */
export type SchemaJson = object | string;

/** One version of a subject; versions count from 1. */
export interface Version {
  readonly id: number;
  readonly version: number;
  readonly schema: SchemaJson;
}

/** What compatibility means here, for every subject: a new version reads whatever any earlier one wrote. */
export const compatibilityLevel = 'BACKWARD_TRANSITIVE';

export interface Compatibility {
  readonly isCompatible: boolean;
  /** One line per version that the schema cannot read; empty when it is compatible. */
  readonly messages: readonly string[];
}

/**
 * Port to the schema registry: who wrote with which schema. Ids are positive and never change their meaning; the same
 * schema has the same id in every subject.
 */
export interface Registry {
  /**
   * The id of `schema`, registered as the newest version of `subject` unless it is one of its versions already.
   *
   * @throws TocsinError `registry.invalid-schema`, `registry.incompatible`
   */
  register(subject: string, schema: SchemaJson): Promise<number>;
  schemaById(id: number): Promise<SchemaJson | null>;
  /** The version of `subject` that is this schema, or null. @throws TocsinError `registry.invalid-schema` */
  find(subject: string, schema: SchemaJson): Promise<Version | null>;
  /** The newest version, or null for a subject without any. */
  latest(subject: string): Promise<Version | null>;
  /** Whether `register` would accept it. @throws TocsinError `registry.invalid-schema` */
  checkCompatibility(subject: string, schema: SchemaJson): Promise<Compatibility>;
}
