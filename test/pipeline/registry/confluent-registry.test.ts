import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type ConfluentRegistry,
  Decoder,
  EmbeddedRegistry,
  openConfluentRegistry,
  openRestFront,
  type Registry,
} from '../../../pipeline/registry/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { registryContract } from '../../contracts/registry.ts';
import { describeService, registryForTests } from '../../support/services.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

async function open(url: string, canRegister = true, rest: object = {}): Promise<ConfluentRegistry> {
  const registry = await openConfluentRegistry({ url, canRegister, timeoutMs: 2_000, ...rest });
  opened.push(registry);
  return registry;
}

async function openFront(registry = new EmbeddedRegistry()): Promise<string> {
  const front = await openRestFront(registry, { port: 0 });
  opened.push(front);
  return front.url;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  opened.push({
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Opens a server that answers everything with this. */
function answering(status: number, body: string): () => Promise<string> {
  const listener: RequestListener = (_, response) => {
    response.writeHead(status).end(body);
  };
  return () => serve(listener);
}

/** A shared registry as the contract wants it: with subjects of its own for each case. */
function withOwnSubjects(registry: Registry): Registry {
  const own = (subject: string) => `test-${suffix}-${subject}`;
  const suffix = randomUUID();
  return {
    register: (subject, schema) => registry.register(own(subject), schema),
    schemaById: (id) => registry.schemaById(id),
    find: (subject, schema) => registry.find(own(subject), schema),
    latest: (subject) => registry.latest(own(subject)),
    checkCompatibility: (subject, schema) => registry.checkCompatibility(own(subject), schema),
  };
}

registryContract('ConfluentRegistry over the embedded front', async () => open(await openFront()));

const text = { type: 'record', name: 'Text', fields: [{ name: 'text', type: 'string' }] };
const more = {
  ...text,
  fields: [...text.fields, { name: 'more', type: 'string', default: '' }],
};

describeService('ConfluentRegistry over a real registry', await registryForTests(), (url) => {
  registryContract('real', async () => withOwnSubjects(await open(url)));

  const levelOf = async (subject: string): Promise<unknown> =>
    (await fetch(`${url}/config/${subject}`)).json();
  const setLevel = (subject: string, compatibility: string) =>
    fetch(`${url}/config/${subject}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ compatibility }),
    });

  test.for([
    ['NONE', 'BACKWARD_TRANSITIVE'],
    ['BACKWARD', 'BACKWARD_TRANSITIVE'],
    ['FULL_TRANSITIVE', 'FULL_TRANSITIVE'],
  ] as const)('a subject at level %s is at %s after the next version', async ([before, after]) => {
    const subject = `test-${randomUUID()}`;
    const registry = await open(url);
    await registry.register(subject, text);
    expect(await levelOf(subject)).toEqual({ compatibilityLevel: 'BACKWARD_TRANSITIVE' });
    await setLevel(subject, before);
    await registry.register(subject, more);
    expect(await levelOf(subject)).toEqual({ compatibilityLevel: after });
  });

  test('a deleted version is passed over', async () => {
    const subject = `test-${randomUUID()}`;
    const registry = await open(url);
    await registry.register(subject, text);
    const id = await registry.register(subject, more);
    await fetch(`${url}/subjects/${subject}/versions/1`, { method: 'DELETE' });
    expect(await registry.register(subject, more)).toBe(id);
  });
});

describe('registering', () => {
  test('with registration off, what is there is found and nothing is added', async () => {
    const url = await openFront();
    const id = await (await open(url)).register('a-value', text);
    const careful = await open(url, false);
    expect(await careful.register('a-value', text)).toBe(id);
    await expect(careful.register('a-value', more)).rejects.toMatchObject({
      code: 'registry.not-registered',
      exitCode: 78,
    });
    await expect(careful.register('b-value', text)).rejects.toMatchObject({
      code: 'registry.not-registered',
    });
    expect(await careful.latest('b-value')).toBeNull();
  });

  test('subjects may have any characters', async () => {
    const registry = await open(await openFront());
    const id = await registry.register('a/b c%d-value', text);
    expect(await registry.latest('a/b c%d-value')).toMatchObject({ id, version: 1 });
  });
});

describe('a registry that is not there', () => {
  const absent: readonly (readonly [string, () => Promise<string>, string])[] = [
    ['nobody listens', async () => 'http://127.0.0.1:1', 'registry.unavailable'],
    ['it is busy', answering(503, 'busy'), 'registry.unavailable'],
    ['it wants a password', answering(401, '{}'), 'registry.refused'],
    ['it forbids', answering(403, '{}'), 'registry.refused'],
    ['it is something else', answering(200, '<html>'), 'registry.refused'],
    ['the path is wrong', async () => `${await openFront()}/apis`, 'registry.refused'],
  ];
  test.for(absent)('%s', async ([, address, code]) => {
    await expect(open(await address())).rejects.toMatchObject({ code });
  });

  test('it hangs', async () => {
    const url = await serve(() => undefined);
    await expect(open(url, true, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'registry.unavailable' });
  });

  test('a 404 that is not the registry’s does not make a schema unknown', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/subjects') response.end('[]');
      else response.writeHead(404).end('<html>no such page</html>');
    });
    const registry = await open(url);
    await expect(registry.schemaById(1)).rejects.toMatchObject({ code: 'registry.unavailable' });
  });

  test('an answer without a schema does not make it unknown or incompatible either', async () => {
    const url = await serve((request, response) =>
      response.end(request.url === '/subjects' ? '[]' : '<html>'),
    );
    const registry = await open(url);
    await expect(registry.schemaById(1)).rejects.toMatchObject({ code: 'registry.unavailable' });
    await expect(registry.latest('a-value')).rejects.toMatchObject({ code: 'registry.unavailable' });
  });

  test('one that fails once is asked again', async () => {
    const answers: [number, string][] = [
      [500, '{"message":"once"}'],
      [200, JSON.stringify({ schema: JSON.stringify(text) })],
    ];
    const url = await serve((request, response) => {
      const [status, body] = request.url === '/subjects' ? [200, '[]'] : (answers.shift() ?? [500, '']);
      response.writeHead(status).end(body);
    });
    expect(await (await open(url)).schemaById(1)).toEqual(text);
  });
});

describe('access', () => {
  const guarded = (): Promise<string> =>
    serve((request, response) => {
      const expected = `Basic ${Buffer.from('worker:pass word').toString('base64')}`;
      if (request.headers.authorization === expected) response.end('[]');
      else response.writeHead(401).end('{"error_code":401,"message":"Unauthorized"}');
    });

  test('user and password are sent', async () => {
    const login = { username: 'worker', password: { reveal: () => 'pass word' } };
    await expect(open(await guarded(), true, login)).resolves.toBeDefined();
  });

  test('a wrong password is refused and not shown', async () => {
    const login = { username: 'worker', password: { reveal: () => 'hunter2' } };
    const failure = await open(await guarded(), true, login).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'registry.refused', exitCode: 78 });
    expect(String(failure)).not.toContain('hunter2');
  });
});

describe('a decoder over it', () => {
  const clock = new VirtualClock(0);

  test('reads what a producer with an earlier schema wrote', async () => {
    const registry = await open(await openFront());
    const earlier = { type: 'record', name: 'RawAlert', fields: [{ name: 'name', type: 'string' }] };
    const id = await registry.register(codecs.raw.subject, earlier);
    await registry.register(codecs.raw.subject, codecs.raw.schema);
    const decoder = new Decoder({ codec: codecs.raw, registry, clock });
    await decoder.prefetch(id);
    // Avro: the length of a string, zigzag, then its bytes.
    expect(decoder.decode(id, Buffer.from('\x08Late'))).toMatchObject({ name: 'Late', status: 'firing' });
  });

  test('a schema that is no Avro is incompatible, not a crash', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/subjects') response.end('[]');
      else response.end(JSON.stringify({ schemaType: 'PROTOBUF', schema: 'syntax = "proto3";' }));
    });
    const decoder = new Decoder({ codec: codecs.raw, registry: await open(url), clock });
    await decoder.prefetch(7);
    expect(decoder.decode(7, Buffer.of(1))).toMatchObject({ code: 'record.incompatible-schema' });
  });

  test('known ids go on while the registry is away; unknown ones wait', async () => {
    const embedded = new EmbeddedRegistry();
    const front = await openRestFront(embedded, { port: 0 });
    const registry = await open(front.url);
    const id = await registry.register(codecs.raw.subject, codecs.raw.schema);
    const decoder = new Decoder({ codec: codecs.raw, registry, clock });
    await decoder.prefetch(id);
    await front.close();
    expect(decoder.isKnown(id)).toBe(true);
    await expect(decoder.prefetch(id + 1)).rejects.toMatchObject({
      code: 'registry.unavailable',
      isRetriable: true,
    });
    expect(decoder.isKnown(id + 1)).toBe(false);
  });
});
