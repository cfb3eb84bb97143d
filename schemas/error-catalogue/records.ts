import type { Entries } from './entry.ts';

/** Bad records: values for the dead-letter topic. */
export const recordsErrors = {
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
    what: 'a field of the record is missing or has the wrong type',
    expected: 'the fields that the schema of its topic states; for alerts, the JSON Schema of the raw alert',
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
} as const satisfies Entries;
