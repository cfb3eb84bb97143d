import { codecs, snapshotCodec } from '../../schemas/avro/index.ts';
import type { Registry, SchemaJson } from '../registry/index.ts';

/** A schema that a topic is written with, under the subject that names it. */
export interface WantedSchema {
  readonly subject: string;
  readonly schema: SchemaJson;
}

/** Every schema of this version. */
export const wantedSchemas: readonly WantedSchema[] = [...Object.values(codecs), snapshotCodec];

/**
 * `registered`: some version of the subject is this schema. `new`: it is not, and could be. `incompatible`: it cannot read
 * what an earlier version wrote.
 */
export type SchemaState = 'registered' | 'new' | 'incompatible';

export interface SubjectState {
  readonly subject: string;
  readonly state: SchemaState;
  /** Under which records name it; null when it is not registered. */
  readonly id: number | null;
  readonly version: number | null;
  /** Which earlier versions it cannot read, and why. */
  readonly problems: readonly string[];
}

/** Where each schema stands in the registry; changes nothing. */
export function checkSchemas(
  registry: Registry,
  wanted: readonly WantedSchema[],
): Promise<readonly SubjectState[]> {
  return Promise.all(wanted.map((schema) => stateOf(registry, schema)));
}

/** Registers what is new, unless one of them is incompatible: then none is. Answers with the states afterwards. */
export async function registerSchemas(
  registry: Registry,
  wanted: readonly WantedSchema[],
): Promise<readonly SubjectState[]> {
  const found = await checkSchemas(registry, wanted);
  const isNew = ({ subject }: WantedSchema): boolean =>
    found.some((one) => one.subject === subject && one.state === 'new');
  if (found.some(({ state }) => state === 'incompatible') || !wanted.some(isNew)) return found;
  for (const { subject, schema } of wanted.filter(isNew)) await registry.register(subject, schema);
  return checkSchemas(registry, wanted);
}

async function stateOf(registry: Registry, { subject, schema }: WantedSchema): Promise<SubjectState> {
  const known = await registry.find(subject, schema);
  if (known !== null) {
    const { id, version } = known;
    return { subject, state: 'registered', id, version, problems: [] };
  }
  const { isCompatible, messages } = await registry.checkCompatibility(subject, schema);
  const state = isCompatible ? 'new' : 'incompatible';
  return { subject, state, id: null, version: null, problems: messages };
}
