import type { Entries } from './entry.ts';

/** The schema registry. */
export const registryErrors = {
  'registry.incompatible': {
    kind: 'promise',
    what: 'the schema cannot read what earlier versions of its subject wrote',
    expected: 'new fields with defaults, no required field taken away (BACKWARD_TRANSITIVE)',
    todo: 'give the new fields defaults, or register under a new subject',
    exitCode: 78,
  },
  'registry.invalid-schema': {
    kind: 'promise',
    what: 'the schema is not valid Avro',
    expected: 'an Avro 1.11 schema as JSON',
    todo: 'correct the schema',
    exitCode: 78,
  },
} as const satisfies Entries;
