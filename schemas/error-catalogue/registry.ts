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
  'registry.not-registered': {
    kind: 'promise',
    what: 'the registry does not have this schema, and the worker may not register it',
    expected: 'the schemas of this version, registered before it runs',
    todo: 'run tocsin schemas register, or set registry.autoRegister',
    exitCode: 78,
  },
  'registry.unavailable': {
    kind: 'neighbour',
    what: 'the schema registry does not answer',
    expected: 'a reachable registry with the Confluent API',
    todo: 'check address, base path and network; records with known schema ids go on',
    exitCode: 69,
  },
  'registry.refused': {
    kind: 'promise',
    what: 'the schema registry refuses this worker',
    expected:
      'an address of the Confluent API, and a user who may read (and register, where that is allowed)',
    todo: 'correct address, user and password, or the permissions',
    exitCode: 78,
  },
} as const satisfies Entries;
