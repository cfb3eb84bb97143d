import type { Entries } from './entry.ts';

/** Mistakes in a configuration. */
export const configErrors = {
  'config.invalid': {
    kind: 'promise',
    what: 'the configuration is invalid',
    expected: 'what `tocsin config schema` prints',
    todo: 'correct the places below',
    exitCode: 78,
  },
  'config.unreadable': {
    kind: 'promise',
    what: 'a configuration file cannot be read',
    expected: 'an existing, readable file in UTF-8',
    todo: 'check the path and the permissions',
    exitCode: 78,
  },
  'config.syntax': {
    kind: 'promise',
    what: 'the file is not valid YAML',
    expected: 'one YAML 1.2 document, indented with spaces, without repeated keys',
    todo: 'correct the place that is shown',
    exitCode: 78,
  },
  'config.unknown-key': {
    kind: 'promise',
    what: 'a key is not known',
    expected: 'the keys that `tocsin config schema` lists',
    todo: 'correct the spelling or remove the key',
    exitCode: 78,
  },
  'config.missing-value': {
    kind: 'promise',
    what: 'a required value is missing',
    expected: 'a value',
    todo: 'add the key that is named',
    exitCode: 78,
  },
  'config.invalid-value': {
    kind: 'promise',
    what: 'a value is not allowed',
    expected: 'a value of the type and range that is stated',
    todo: 'correct the value',
    exitCode: 78,
  },
  'config.unresolved-reference': {
    kind: 'promise',
    what: 'an env: or file: reference leads nowhere',
    expected: 'a variable that is set, a file that can be read, or a default',
    todo: 'set the variable, or give a default after :- in the reference',
    exitCode: 78,
  },
  'config.too-large': {
    kind: 'promise',
    what: 'the configuration does not fit into a record of the log',
    expected: 'at most 900 KiB of the operators’ sections, tables included, compressed',
    todo: 'leave out rows and columns of tables that nothing uses',
    exitCode: 78,
  },
  'config.bad-table': {
    kind: 'promise',
    what: 'a table file has a bad row',
    expected: 'CSV (RFC 4180) with a header row, or a YAML list of mappings',
    todo: 'correct the row that is shown',
    exitCode: 78,
  },
} as const satisfies Entries;
