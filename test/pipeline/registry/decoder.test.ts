import { describe, expect, test } from 'vitest';
import { Decoder, EmbeddedRegistry, type Registry } from '../../../pipeline/registry/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import type { RawAlert } from '../../../schemas/alert.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { AskedRegistry } from '../../support/asked-registry.ts';

const alert: RawAlert = {
  tenant: 'default',
  source: 'prometheus',
  name: 'HighErrorRate',
  severity: 'high',
  labels: { service: 'cart' },
  annotations: {},
  generatorUrl: '',
  status: 'firing',
  observedAt: null,
  startsAt: null,
  endsAt: null,
  value: null,
  id: '',
};
const bytes = codecs.raw.encode(alert);

function decoderOf(registry: Registry, options: { unknownForMs?: number; maxUnknownIds?: number } = {}) {
  const clock = new VirtualClock(0);
  return { clock, decoder: new Decoder({ codec: codecs.raw, registry, clock, ...options }) };
}

describe('a decoder', () => {
  test('does not know an id before it is fetched and decodes with it after', async () => {
    const registry = new AskedRegistry();
    const id = await registry.register(codecs.raw.subject, codecs.raw.schema);
    const { decoder } = decoderOf(registry);
    expect([decoder.isKnown(id), decoder.decode(id, bytes)]).toEqual([false, 'unknown']);
    await decoder.prefetch(id);
    expect([decoder.isKnown(id), decoder.decode(id, bytes)]).toEqual([true, alert]);
  });

  test('asks the registry once for all who wait and never again', async () => {
    const registry = new AskedRegistry();
    const id = await registry.register(codecs.raw.subject, codecs.raw.schema);
    const { decoder } = decoderOf(registry);
    await Promise.all([decoder.prefetch(id), decoder.prefetch(id)]);
    await decoder.prefetch(id);
    expect(registry.asked).toEqual([id]);
  });

  test('reads what a producer wrote with a schema of its own', async () => {
    const registry = new EmbeddedRegistry();
    const id = await registry.register('their-value', {
      type: 'record',
      name: 'com.example.RawAlert',
      fields: [
        { name: 'region', type: 'string' },
        { name: 'name', type: 'string' },
      ],
    });
    const { decoder } = decoderOf(registry);
    await decoder.prefetch(id);
    expect(decoder.decode(id, Buffer.from('\u0004eu\u0006Cpu'))).toMatchObject({
      name: 'Cpu',
      tenant: 'default',
    });
  });

  test('answers every record of an incompatible writer with the same error', async () => {
    const registry = new EmbeddedRegistry();
    const id = await registry.register('metrics-value', { type: 'record', name: 'Metric', fields: [] });
    const { decoder } = decoderOf(registry);
    await decoder.prefetch(id);
    expect(decoder.isKnown(id)).toBe(true);
    expect(decoder.decode(id, bytes)).toMatchObject({ code: 'record.incompatible-schema' });
  });

  test.each([
    ['cut short', bytes.subarray(0, bytes.length - 2), 'record.avro-truncated'],
    ['with a byte too many', Buffer.concat([bytes, Buffer.alloc(1)]), 'record.avro-truncated'],
    ['that is empty', Buffer.alloc(0), 'record.avro-truncated'],
    ['with an infinite value', codecs.raw.encode({ ...alert, value: Infinity }), 'record.invalid-field'],
  ])('answers a payload %s with a record error', async (_case, payload, code) => {
    const registry = new EmbeddedRegistry();
    const id = await registry.register(codecs.raw.subject, codecs.raw.schema);
    const { decoder } = decoderOf(registry);
    await decoder.prefetch(id);
    expect(decoder.decode(id, payload)).toMatchObject({ code });
  });
});

describe('an id that the registry does not know', () => {
  test('is answered with an error, and asked for again only after a while', async () => {
    const registry = new AskedRegistry();
    const { decoder, clock } = decoderOf(registry, { unknownForMs: 1_000 });
    await decoder.prefetch(9);
    expect(decoder.decode(9, bytes)).toEqual({ code: 'record.unknown-schema', detail: 'schema id 9' });
    clock.advanceTo(999);
    await decoder.prefetch(9);
    expect(registry.asked).toEqual([9]);
    clock.advanceTo(1_000);
    expect(decoder.isKnown(9)).toBe(false);
    await decoder.prefetch(9);
    expect(registry.asked).toEqual([9, 9]);
  });

  test('decodes once it was registered and asked for again', async () => {
    const registry = new AskedRegistry();
    const { decoder, clock } = decoderOf(registry, { unknownForMs: 1_000 });
    await decoder.prefetch(1);
    expect(await registry.register(codecs.raw.subject, codecs.raw.schema)).toBe(1);
    clock.advanceTo(1_000);
    await decoder.prefetch(1);
    expect(decoder.decode(1, bytes)).toEqual(alert);
  });

  test('is forgotten when there are too many of them', async () => {
    const { decoder } = decoderOf(new EmbeddedRegistry(), { maxUnknownIds: 2 });
    for (const id of [1, 2, 3]) await decoder.prefetch(id);
    expect([1, 2, 3].map((id) => decoder.isKnown(id))).toEqual([false, true, true]);
  });
});

test('a registry that does not answer is no answer: the next prefetch asks again', async () => {
  const registry = new AskedRegistry();
  const id = await registry.register(codecs.raw.subject, codecs.raw.schema);
  const { decoder } = decoderOf(registry);
  registry.failure = new Error('connection refused');
  await expect(decoder.prefetch(id)).rejects.toThrow('connection refused');
  registry.failure = null;
  await decoder.prefetch(id);
  expect(decoder.decode(id, bytes)).toEqual(alert);
});
