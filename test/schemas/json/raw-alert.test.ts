import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { severities, statuses } from '../../../schemas/alert.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { rawAlertJsonSchema } from '../../../schemas/json/index.ts';

const folder = new URL('../../../docs/generated/', import.meta.url);
const page = new URL('raw-alert.schema.json', folder);
const current = `${JSON.stringify(rawAlertJsonSchema, null, 2)}\n`;

test('the committed JSON Schema is the current one (UPDATE_GENERATED=1 writes it)', () => {
  if (process.env['UPDATE_GENERATED'] === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(page, current);
  }
  expect(readFileSync(page, 'utf8')).toBe(current);
});

test('the JSON Schema names the fields of the Avro record and no others', () => {
  const inAvro = codecs.raw.schema.fields.map(({ name }) => name);
  expect(Object.keys(rawAlertJsonSchema.properties).sort()).toEqual([...inAvro].sort());
});

test('what is required in JSON is what has no default in Avro', () => {
  const required = codecs.raw.schema.fields.filter((field) => field.default === undefined);
  expect(rawAlertJsonSchema.required).toEqual(required.map(({ name }) => name));
});

test('the JSON Schema knows our words', () => {
  expect(rawAlertJsonSchema.properties.status.enum).toEqual(statuses);
  expect(rawAlertJsonSchema.properties.severity.examples).toEqual(severities);
});
