import { beforeEach, describe, expect, test } from 'vitest';
import { frame, OwnDecoder } from '../../../pipeline/registry/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import type { Heartbeat } from '../../../schemas/reduced.ts';
import { AskedRegistry } from '../../support/asked-registry.ts';
import { laterVersionOf } from '../../support/later-version.ts';

const { reduced } = codecs;
const beat: Heartbeat = { kind: 'heartbeat', shard: 1, shards: 2, complete: 5 };

describe('a decoder of a topic of ours', () => {
  let registry: AskedRegistry;
  let ownId: number;
  let decoder: OwnDecoder<unknown>;
  beforeEach(async () => {
    registry = new AskedRegistry();
    ownId = await registry.register(reduced.subject, reduced.schema);
    const clock = new VirtualClock(0);
    decoder = new OwnDecoder<unknown>({ topic: 'ours', ownId, codec: reduced, registry, clock });
  });
  const fetched = async (value: Uint8Array | null) => {
    await decoder.prefetch([{ value }]);
    return value;
  };

  test('reads what this version wrote without asking anybody', async () => {
    const value = await fetched(reduced.encodeFramed(ownId, beat));
    expect(decoder.read(value)).toEqual(beat);
    expect(registry.asked).toEqual([]);
  });

  test('reads what a later version wrote, by the schema that it wrote with, which is asked for once', async () => {
    const { id, write } = await laterVersionOf(reduced, registry);
    const value = write(beat);
    expect(decoder.isKnown({ value })).toBe(false);
    await fetched(value);
    await fetched(value);
    expect(decoder.read(value)).toEqual(beat);
    expect(registry.asked).toEqual([id]);
  });

  test('says where the Avro begins of what this version wrote, and of nothing else', async () => {
    const { write } = await laterVersionOf(reduced, registry);
    const values = [reduced.encodeFramed(ownId, beat), write(beat), new Uint8Array()];
    expect(values.map((value) => decoder.findOwn(value))).toEqual([5, -1, -1]);
  });

  test('rejects while the registry is away, and asks again', async () => {
    const { write } = await laterVersionOf(reduced, registry);
    registry.failure = new Error('connection refused');
    await expect(fetched(write(beat))).rejects.toThrow('connection refused');
    registry.failure = null;
    expect(decoder.read(await fetched(write(beat)))).toEqual(beat);
  });

  test.each([
    ['nothing', null, 'no schema id: record.empty'],
    ['text', Buffer.from('{}'), 'no schema id: record.bad-framing'],
    ['a header that is cut', Buffer.from([0, 0, 0]), 'no schema id: record.bad-framing'],
    ['a schema that nobody knows', frame(99, Buffer.from('?')), 'schema id 99: record.unknown-schema'],
    ['bytes that the schema does not explain', frame(1, Buffer.from([0])), 'schema id 1: record.'],
  ])('names the place of %s', async (_name, value, words) => {
    const record = { offset: 17, value: await fetched(value) };
    expect(() => decoder.readAt(record, 3)).toThrow(
      expect.objectContaining({
        code: 'broker.foreign-record',
        detail: expect.stringContaining(`ours/3 at offset 17, ${words}`),
      }),
    );
  });

  test('names the place of a record whose schema cannot be read as ours', async () => {
    const schema = { type: 'record', name: 'Strange', fields: [{ name: 'weight', type: 'double' }] };
    const id = await registry.register('others-value', schema);
    const record = { offset: 17, value: await fetched(frame(id, Buffer.alloc(8))) };
    // Every field of ours has a default: such a record says nothing of any kind.
    expect(() => decoder.readAt(record, 3)).toThrow(/ours\/3 at offset 17, schema id 2: record\./);
  });
});
