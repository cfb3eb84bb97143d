import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { afterEach, describe, expect, test } from 'vitest';
import {
  EmbeddedRegistry,
  openRestFront,
  parseFrame,
  type RestFront,
} from '../../../pipeline/registry/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';

const text = { type: 'record', name: 'Text', fields: [{ name: 'text', type: 'string' }] };
const longer = { ...text, fields: [...text.fields, { name: 'more', type: 'string' }] };
const registered = { schema: JSON.stringify(text) };

const open: RestFront[] = [];
afterEach(async () => {
  for (const front of open.splice(0)) await front.close();
});

async function frontOf(registry: EmbeddedRegistry): Promise<RestFront> {
  const front = await openRestFront(registry, { port: 0 });
  open.push(front);
  return front;
}

async function ask(url: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const post = { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(url, body === undefined ? {} : post);
  return { status: response.status, body: await response.json() };
}

test('a producer with the usual client registers with us, and we read what it writes', async () => {
  const registry = new EmbeddedRegistry();
  const { url } = await frontOf(registry);
  const client = new SchemaRegistry({ host: url });
  const { id } = await client.register(
    { type: SchemaType.AVRO, schema: JSON.stringify(codecs.raw.schema) },
    { subject: codecs.raw.subject, compatibility: COMPATIBILITY.BACKWARD_TRANSITIVE },
  );
  const frame = parseFrame(await client.encode(id, { name: 'HighErrorRate', severity: 'HIGH' }));
  if (!('payload' in frame)) throw new Error(frame.detail);
  const read = codecs.raw.readerOf(await registry.schemaById(frame.schemaId));
  expect(read(frame.payload)).toMatchObject({ name: 'HighErrorRate', severity: 'high', status: 'firing' });
});

describe('the registry over REST', () => {
  const cases: readonly (readonly [string, string, unknown, number, unknown])[] = [
    ['lists its subjects', '/subjects', undefined, 200, ['a/b-value']],
    ['lists the versions of a subject', '/subjects/a%2Fb-value/versions', undefined, 200, [1]],
    [
      'gives a version',
      '/subjects/a%2Fb-value/versions/1',
      undefined,
      200,
      { subject: 'a/b-value', id: 1, version: 1, schema: JSON.stringify(text) },
    ],
    [
      'gives the latest version',
      '/subjects/a%2Fb-value/versions/latest',
      undefined,
      200,
      expect.objectContaining({ id: 1 }),
    ],
    ['gives a schema by id', '/schemas/ids/1', undefined, 200, registered],
    ['registers what it has under the id it had', '/subjects/c-value/versions', registered, 200, { id: 1 }],
    [
      'finds a schema in its subject',
      '/subjects/a%2Fb-value',
      registered,
      200,
      expect.objectContaining({ version: 1 }),
    ],
    [
      'says what is compatible',
      '/compatibility/subjects/a%2Fb-value/versions/latest',
      registered,
      200,
      { is_compatible: true, messages: [] },
    ],
    [
      'says what is not compatible',
      '/compatibility/subjects/a%2Fb-value/versions/latest',
      { schema: JSON.stringify(longer) },
      200,
      { is_compatible: false, messages: [expect.stringContaining('more')] },
    ],
    [
      'names its compatibility level',
      '/config',
      undefined,
      200,
      { compatibilityLevel: 'BACKWARD_TRANSITIVE' },
    ],
    [
      'refuses an incompatible version',
      '/subjects/a%2Fb-value/versions',
      { schema: JSON.stringify(longer) },
      409,
      expect.objectContaining({ error_code: 409 }),
    ],
    ['misses a schema id', '/schemas/ids/7', undefined, 404, expect.objectContaining({ error_code: 40403 })],
    [
      'misses an id that is no number',
      '/schemas/ids/x',
      undefined,
      404,
      expect.objectContaining({ error_code: 40403 }),
    ],
    [
      'misses a subject',
      '/subjects/x/versions',
      undefined,
      404,
      expect.objectContaining({ error_code: 40401 }),
    ],
    [
      'misses a version',
      '/subjects/a%2Fb-value/versions/9',
      undefined,
      404,
      expect.objectContaining({ error_code: 40402 }),
    ],
    [
      'misses a schema in a subject',
      '/subjects/a%2Fb-value',
      { schema: '"string"' },
      404,
      expect.objectContaining({ error_code: 40403 }),
    ],
    [
      'refuses a schema that is not Avro',
      '/subjects/x/versions',
      { schema: '{"type":"what"}' },
      422,
      expect.objectContaining({ error_code: 42201 }),
    ],
    [
      'refuses a schema that is not JSON',
      '/subjects/x/versions',
      { schema: 'what' },
      422,
      expect.objectContaining({ error_code: 42201 }),
    ],
    [
      'refuses a body that is not JSON',
      '/subjects/x/versions',
      'what',
      422,
      expect.objectContaining({ error_code: 42201 }),
    ],
    [
      'refuses a schema of another kind',
      '/subjects/x/versions',
      { ...registered, schemaType: 'PROTOBUF' },
      422,
      expect.objectContaining({ error_code: 42201 }),
    ],
    [
      'refuses a body larger than any schema',
      '/subjects/x/versions',
      'x'.repeat(1_100_000),
      413,
      expect.objectContaining({ error_code: 413 }),
    ],
    [
      'refuses a path that is none',
      '/subjects/%E0%A4%A',
      undefined,
      400,
      expect.objectContaining({ error_code: 400 }),
    ],
    ['has nothing elsewhere', '/mode', undefined, 404, expect.objectContaining({ error_code: 404 })],
  ];
  test.each(cases)('%s', async (_case, path, body, status, expected) => {
    const registry = new EmbeddedRegistry();
    await registry.register('a/b-value', text);
    const { url } = await frontOf(registry);
    expect(await ask(url + path, body)).toEqual({ status, body: expected });
  });
});
