import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Encoded } from '../../../../pipeline/broker/kafka/lean-records.ts';
import { makeRoomInEncoders, RoomyBody } from '../../../../pipeline/broker/kafka/roomy-body.ts';

interface Encoder extends Encoded {
  writeInt32(value: number): Encoder;
  writeEncoder(value: Encoded): Encoder;
}

type CreateRequest = (order: {
  readonly correlationId: number;
  readonly clientId: string;
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly encode: () => Promise<Encoded>;
  };
}) => Promise<Encoder>;

const load = createRequire(import.meta.url);
const createRequest: CreateRequest = load('kafkajs/src/protocol/request');
const Encoder: new () => Encoder = load('kafkajs/src/protocol/encoder');
makeRoomInEncoders();

function bodyOf(bytes: Uint8Array): RoomyBody {
  const body = new RoomyBody(bytes.length);
  body.buf.set(bytes);
  return body;
}

describe('a body with room in front', () => {
  test('makes the request that kafkajs makes of any other', async () => {
    const clients = fc.string({ unit: 'grapheme', maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 3_000 }),
        clients,
        fc.nat(),
        async (bytes, clientId, id) => {
          const requestWith = (body: Encoded) =>
            createRequest({
              correlationId: id & 0x7fff_ffff,
              clientId,
              request: { apiKey: 0, apiVersion: 7, encode: async () => body },
            });
          const plain = Buffer.from(bytes);
          const theirs = await requestWith({ buf: plain, buffer: plain });
          expect((await requestWith(bodyOf(bytes))).buffer).toEqual(theirs.buffer);
        },
      ),
    );
  });

  test('is copied as any other when something was written behind it', () => {
    const inner = new Encoder()
      .writeInt32(1)
      .writeEncoder(bodyOf(Uint8Array.of(7)))
      .writeInt32(2);
    const outer = new Encoder().writeInt32(3).writeEncoder(inner);
    expect(outer.buffer.toString('hex')).toBe('0000000300000001'.concat('07', '00000002'));
  });

  test('lies where it lay', () => {
    const body = bodyOf(Uint8Array.of(7));
    expect(new Encoder().writeEncoder(body).buffer.buffer).toBe(body.buf.buffer);
  });
});
