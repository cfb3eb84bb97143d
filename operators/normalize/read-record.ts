import type { RawAlert } from '../../schemas/alert.ts';
import type { RecordError } from '../../schemas/errors.ts';
import type { RawRecord } from '../events.ts';
import { type CompiledMapping, readCsv } from './mapping/index.ts';
import { splitNdjson } from './parse-json.ts';
import { Reading, type Rules } from './reading.ts';
import { hasKnownVersion, inEnvelope, refuseVersion } from './shapes/index.ts';
import { rawAlert } from './shapes/raw-alert.ts';

/**
 * Decodes the Avro behind Confluent's header. Returns what is wrong instead of throwing, and 'unknown' for a schema id
 * that the registry does not know.
 */
export type DecodeAvro = (schemaId: number, payload: Uint8Array) => RawAlert | RecordError | 'unknown';

type Utf8 = InstanceType<typeof TextDecoder>;

export interface RecordRules extends Rules {
  readonly csv: readonly CompiledMapping[];
  readonly decodeAvro: DecodeAvro;
  /** Fatal, and without the byte order mark. */
  readonly utf8: Utf8;
}

/** Finds out what the bytes of a record are, and reads the alerts in them. */
export function readRecord(record: RawRecord, rules: RecordRules): Reading {
  const reading = new Reading(record, rules);
  const { value, headers } = record;
  const { maxBytes } = rules.limits;
  if (value === null || value.length === 0)
    reading.refuse('record.empty', value === null ? 'null' : '0 bytes');
  else if (value.length > maxBytes) {
    reading.refuse('record.too-large', `${value.length} bytes are more than ${maxBytes}`);
  } else if (headers['ce_specversion'] !== undefined) {
    // CloudEvents in binary mode: the attributes are headers, the value is the data (Kafka binding 1.0, §3.2).
    if (!hasKnownVersion(headers['ce_specversion'])) refuseVersion(headers['ce_specversion'], reading);
    else inEnvelope(attributesOf(headers), reading, () => readValue(value, reading, rules));
  } else readValue(value, reading, rules);
  return reading;
}

function attributesOf(headers: RawRecord['headers']): Record<string, string | undefined> {
  return {
    type: headers['ce_type'],
    subject: headers['ce_subject'],
    source: headers['ce_source'],
    id: headers['ce_id'],
    time: headers['ce_time'],
  };
}

function readValue(value: Uint8Array, reading: Reading, rules: RecordRules): void {
  const first = value[0] ?? 0;
  if (first === 0) readAvro(value, reading, rules);
  else if (first < 0x20 && first !== 0x09 && first !== 0x0a && first !== 0x0d) {
    const hint = first === 0x1f && value[1] === 0x8b ? ' (gzip: let the producer compress the batch)' : '';
    reading.refuse('record.bad-framing', `the first byte is ${first}${hint}`);
  } else readText(value, reading, rules);
}

/** Magic byte 0, schema id in four bytes, big-endian. */
const framingBytes = 5;

function readAvro(value: Uint8Array, reading: Reading, rules: RecordRules): void {
  if (value.length < framingBytes) {
    reading.refuse('record.bad-framing', `${value.length} bytes are less than the header of ${framingBytes}`);
    return;
  }
  const schemaId = new DataView(value.buffer, value.byteOffset, framingBytes).getUint32(1);
  const decoded = rules.decodeAvro(schemaId, value.subarray(framingBytes));
  if (decoded === 'unknown') reading.refuse('record.unknown-schema', `schema id ${schemaId}`);
  else if ('code' in decoded) reading.put(decoded);
  // Read like our JSON, since it has the same fields; Avro bounds neither times nor sizes.
  else rawAlert.read({ ...decoded }, reading);
}

function readText(value: Uint8Array, reading: Reading, rules: RecordRules): void {
  const text = decodeUtf8(value, rules.utf8);
  if (text === null) {
    const isUtf16 = (value[0] === 0xff && value[1] === 0xfe) || (value[0] === 0xfe && value[1] === 0xff);
    reading.refuse('record.invalid-utf8', isUtf16 ? 'it begins like UTF-16' : `${value.length} bytes`);
  } else if (!/\S/.test(text)) reading.refuse('record.empty', 'nothing but white space');
  else if (isJson(text) || rules.csv.length === 0) readJsonText(text, reading);
  else readCsv(text, rules.csv, reading);
}

function decodeUtf8(bytes: Uint8Array, utf8: Utf8): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** An alert is an object or a list of them; a CSV line that begins like one must be quoted. */
const isJson = (text: string): boolean => /^\s*[{[]/.test(text);

function readJsonText(text: string, reading: Reading): void {
  const lines = splitNdjson(text, reading.rules.limits.maxDepth);
  if (lines === null) {
    reading.readJson(text);
    return;
  }
  for (const line of lines) {
    if (reading.isOverfull) return;
    reading.readJson(line);
  }
}
