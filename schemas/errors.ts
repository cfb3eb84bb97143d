/**
 * The error catalogue. `record`: a bad record, a value that goes to the dead-letter topic. `neighbour`: another system
 * fails, retried in one place. `promise`: config or an invariant is broken, the worker stops with `exitCode`.
 */
interface Entry {
  readonly kind: 'record' | 'neighbour' | 'promise';
  readonly what: string;
  readonly expected: string;
  readonly todo: string;
  readonly exitCode?: 64 | 69 | 70 | 78;
}

export const catalogue = {
  'record.empty': {
    kind: 'record',
    what: 'the record has no value',
    expected: 'an alert; tombstones mean nothing on a raw topic',
    todo: 'stop the producer from sending empty values to this topic',
  },
  'record.avro-truncated': {
    kind: 'record',
    what: 'the Avro value ends early or has bytes left over',
    expected: 'the value to match the schema its header names',
    todo: 'check that the producer registered the schema it writes with',
  },
  'record.unknown-schema': {
    kind: 'record',
    what: 'the record names a schema id that the registry does not know',
    expected: 'Confluent framing (0, four bytes of schema id, Avro) with a registered id',
    todo: 'register the schema, or point the producer at the registry this worker uses',
  },
  'record.incompatible-schema': {
    kind: 'record',
    what: 'the schema the record names cannot be read as the schema of this topic',
    expected: 'a schema that has the required fields and differs by Avro’s rules only',
    todo: 'register a compatible schema, or send JSON and map it in the config',
  },
  'record.bad-framing': {
    kind: 'record',
    what: 'the value is neither Confluent-framed Avro nor text',
    expected: 'magic byte 0 and a schema id, or a JSON document in UTF-8',
    todo: 'check the serializer of the producer',
  },
  'record.invalid-utf8': {
    kind: 'record',
    what: 'the text is not valid UTF-8',
    expected: 'UTF-8 without stray bytes',
    todo: 'check the encoding of the producer',
  },
  'record.invalid-json': {
    kind: 'record',
    what: 'the text is not valid JSON',
    expected: 'one JSON document per record',
    todo: 'check the serializer of the producer',
  },
  'record.unknown-shape': {
    kind: 'record',
    what: 'the JSON document has the shape of no known payload',
    expected: 'a raw alert, an Alertmanager payload, a CloudEvent or a shape named in `normalize.mappings`',
    todo: 'add a mapping for this source to the config',
  },
  'record.invalid-field': {
    kind: 'record',
    what: 'a field of the alert is missing or has the wrong type',
    expected: 'the fields of the raw alert as its JSON Schema states them',
    todo: 'correct the named field at the producer or in the mapping',
  },
  'record.invalid-time': {
    kind: 'record',
    what: 'a time is not usable',
    expected: 'ISO 8601 or epoch milliseconds between 2000 and a day ahead of the log',
    todo: 'send milliseconds (not seconds, not microseconds)',
  },
  'record.too-large': {
    kind: 'record',
    what: 'the record exceeds a limit',
    expected: 'at most `normalize.limits` (bytes, alerts per record, labels per alert, depth)',
    todo: 'send less per record, or raise the limit in the config',
  },
  'record.mapping-failed': {
    kind: 'record',
    what: 'a CEL expression of the mapping failed on this record',
    expected: 'each expression to yield a value of its field’s type',
    todo: 'guard the expression with has() or a default',
  },
  'usage.invalid': {
    kind: 'promise',
    what: 'the command line is not understood',
    expected: 'the arguments that --help lists',
    todo: 'see tocsin --help',
    exitCode: 64,
  },
  'input.unreadable': {
    kind: 'promise',
    what: 'an input file cannot be read',
    expected: 'an existing, readable file, plain or gzip',
    todo: 'check path, permissions and that the archive is complete',
    exitCode: 64,
  },
  'input.unknown-format': {
    kind: 'promise',
    what: 'the format of an input file is not recognized',
    expected:
      'JSON (one document per line, or a list), or CSV whose header line is that of AIT-ADS or of a mapping',
    todo: 'name it with --format, or describe its columns in normalize.mappings (format: csv)',
    exitCode: 64,
  },
  'input.empty': {
    kind: 'promise',
    what: 'the input holds no record',
    expected: 'at least one alert in one of the files',
    todo: 'check that these are the files you mean',
    exitCode: 64,
  },
  'output.unwritable': {
    kind: 'promise',
    what: 'the results cannot be written',
    expected: 'a folder that can be made and written to, with room in it',
    todo: 'check the path given with --out, its permissions and the disk',
    exitCode: 64,
  },
  'api.cannot-listen': {
    kind: 'promise',
    what: 'the API cannot listen on its address',
    expected: 'a free port on an address of this machine',
    todo: 'stop what listens there, or choose another with --listen',
    exitCode: 69,
  },
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
  'config.bad-table': {
    kind: 'promise',
    what: 'a table file has a bad row',
    expected: 'CSV (RFC 4180) with a header row, or a YAML list of mappings',
    todo: 'correct the row that is shown',
    exitCode: 78,
  },
  'config.not-in-this-release': {
    kind: 'promise',
    what: 'the value names something that this release does not have yet',
    expected: 'what the message lists',
    todo: 'use the embedded form until then',
    exitCode: 78,
  },
  'warehouse.unavailable': {
    kind: 'neighbour',
    what: 'the warehouse does not answer',
    expected: 'a ClickHouse that accepts inserts',
    todo: 'nothing is lost: the warehouse group lags until it is back',
    exitCode: 69,
  },
  'warehouse.schema-mismatch': {
    kind: 'promise',
    what: 'the warehouse was migrated by another version',
    expected: 'the migrations of this version, unchanged, and none that it does not know',
    todo: 'run the version that migrated it, or a newer one, or use another database',
    exitCode: 78,
  },
  'warehouse.refused': {
    kind: 'promise',
    what: 'the warehouse refuses the statement',
    expected: 'the tables as `migrate` makes them, and SQL that ClickHouse accepts',
    todo: 'correct the statement, or compare the tables with the migrations',
    exitCode: 70,
  },
  'warehouse.locked': {
    kind: 'promise',
    what: 'the data directory of the warehouse cannot be opened',
    expected: 'one process per data directory, and one data directory per process',
    todo: 'stop the other process, or set another `warehouse.path`',
    exitCode: 69,
  },
  'warehouse.no-engine': {
    kind: 'promise',
    what: 'there is no SQL engine here',
    expected: 'the optional package chdb (Linux with glibc, or macOS)',
    todo: 'npm install chdb, or use a ClickHouse server',
    exitCode: 69,
  },
  'broker.unavailable': {
    kind: 'neighbour',
    what: 'the broker does not answer',
    expected: 'a reachable broker',
    todo: 'check the addresses and the network',
    exitCode: 69,
  },
  'broker.unknown-topic': {
    kind: 'promise',
    what: 'the topic or partition does not exist',
    expected: 'a topic of the topics table, created before it is used',
    todo: 'create the topic, or correct its name in the config',
    exitCode: 78,
  },
  'broker.invalid-record': {
    kind: 'promise',
    what: 'the broker refuses the record',
    expected: 'a key on every record of a compacted topic',
    todo: 'give the record a key',
    exitCode: 70,
  },
  'broker.metadata-too-large': {
    kind: 'promise',
    what: 'the metadata of an offset commit is too large',
    expected: 'at most 4,096 bytes',
    todo: 'report it: what is kept with an offset must be bounded',
    exitCode: 70,
  },
  'broker.illegal-generation': {
    kind: 'neighbour',
    what: 'the consumer group has moved on without this member',
    expected: 'commits under the group’s current generation',
    todo: 'nothing: the new owner of the partition repeats the work',
    exitCode: 70,
  },
  'broker.session-expired': {
    kind: 'neighbour',
    what: 'the consumer group presumed this member dead',
    expected: 'handlers that return within the session timeout',
    todo: 'look for long pauses of the process; the member may join again',
    exitCode: 70,
  },
  'broker.fenced': {
    kind: 'neighbour',
    what: 'a newer producer uses this transactional id',
    expected: 'one producer per transactional id',
    todo: 'nothing: the shard is acquired again if it is still assigned here',
    exitCode: 70,
  },
  'broker.wrong-state': {
    kind: 'promise',
    what: 'the producer, transaction or consumer cannot do this now',
    expected: 'calls in the order the port describes',
    todo: 'report it with the message',
    exitCode: 70,
  },
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
  'state.fenced': {
    kind: 'neighbour',
    what: 'another owner has taken this shard',
    expected: 'one owner per shard',
    todo: 'nothing: the shard is acquired again if it is still assigned here',
    exitCode: 70,
  },
  'state.gap': {
    kind: 'neighbour',
    what: 'the stored checkpoint is not the one this state is based on',
    expected: 'an unbroken chain of checkpoints',
    todo: 'nothing: the shard throws its memory away and restores',
    exitCode: 70,
  },
  'state.beyond-log': {
    kind: 'promise',
    what: 'the stored state is ahead of its log',
    expected: 'a log that holds everything the state was computed from',
    todo: 'look for an unclean leader election or a topic that was made anew; restore the topic, or discard the state',
    exitCode: 78,
  },
  'state.unavailable': {
    kind: 'neighbour',
    what: 'the state store does not answer',
    expected: 'a reachable Redis that accepts writes',
    todo: 'check addresses, network and memory; checkpoints wait, nothing is lost',
    exitCode: 69,
  },
  'state.refused': {
    kind: 'promise',
    what: 'the state store refuses this worker',
    expected: 'a user with the right password and the permissions its scripts need',
    todo: 'correct user and password, or the ACL',
    exitCode: 78,
  },
  'state.evicts': {
    kind: 'promise',
    what: 'the state store may throw rows away when its memory is full',
    expected: 'maxmemory-policy noeviction',
    todo: 'set it, and give the server enough memory',
    exitCode: 78,
  },
  'state.damaged': {
    kind: 'promise',
    what: 'rows of a shard are missing from the state store',
    expected: 'rows that only Tocsin adds and removes',
    todo: 'find out what deleted them, then delete the remaining keys of the shard: it is rebuilt from its log',
    exitCode: 70,
  },
  'state.newer': {
    kind: 'promise',
    what: 'the stored state was written by a newer version',
    expected: 'state that this version knows how to read',
    todo: 'run the version that wrote it, or a newer one',
    exitCode: 78,
  },
  'invariant.broken': {
    kind: 'promise',
    what: 'an invariant does not hold',
    expected: 'never to see this',
    todo: 'report it with the message and the input that caused it',
    exitCode: 70,
  },
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof catalogue;

/** An error with a catalogue code; `detail` says what exactly happened here. */
export class TocsinError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;

  constructor(code: ErrorCode, detail: string, options?: { readonly cause?: unknown }) {
    const entry: Entry = catalogue[code];
    super(`${entry.what}: ${detail} (expected ${entry.expected}; ${entry.todo}) [${code}]`, options);
    this.name = 'TocsinError';
    this.code = code;
    this.detail = detail;
  }

  get isRetriable(): boolean {
    return catalogue[this.code].kind === 'neighbour';
  }

  get exitCode(): number {
    const entry: Entry = catalogue[this.code];
    return entry.exitCode ?? 70;
  }
}

/** A bad record: a value, never thrown past the operator that found it. */
export interface RecordError {
  readonly code: ErrorCode;
  readonly detail: string;
}
