import { createRequire } from 'node:module';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { crc32c } from '../../../../pipeline/broker/kafka/crc32c.ts';
import {
  type EncodeProduce,
  leanProduce,
  leanRequests,
  type ProduceOrder,
} from '../../../../pipeline/broker/kafka/lean-produce.ts';

const load = createRequire(import.meta.url);
const requestPath = 'kafkajs/src/protocol/requests/produce/v3/request';

// Taken before anything is replaced in this process.
const theirs: EncodeProduce = load(requestPath);
const checksum: (bytes: Buffer) => number = load('kafkajs/src/protocol/recordBatch/crc32C');
const ours = leanProduce((order) => ({ ...theirs(order), encode: () => expect.fail('was left to kafkajs') }));
const theirsIfLeft = { buf: Buffer.alloc(0), buffer: Buffer.alloc(0) };
const leaves = leanProduce((order) => ({ ...theirs(order), encode: async () => theirsIfLeft }));

const part = fc.option(
  fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
  { nil: null },
);
const messages = fc.array(fc.record({ key: part, value: part }), { minLength: 1, maxLength: 150 });
const partitions = fc.array(
  fc.record({
    partition: fc.oneof(fc.nat(10_000), fc.nat(9).map(String)),
    firstSequence: fc.constantFrom(0, 7),
    messages,
  }),
  { maxLength: 4 },
);
const orders: fc.Arbitrary<ProduceOrder> = fc.record({
  acks: fc.constantFrom(-1, 1),
  timeout: fc.nat(60_000),
  producerId: fc.constant(-1),
  producerEpoch: fc.constantFrom(0, 3),
  topicData: fc.array(fc.record({ topic: fc.constantFrom('alerts.reduced.v1', 'ümlaut'), partitions }), {
    maxLength: 3,
  }),
});

/** An order of one record, which ours would take. */
function orderOf(message: object, order: Partial<ProduceOrder> = {}): ProduceOrder {
  const partition = { partition: 0, messages: [{ key: null, value: Buffer.from('v'), ...message }] };
  return { acks: -1, timeout: 1, topicData: [{ topic: 'topic', partitions: [partition] }], ...order };
}

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 5), toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

describe('produce requests of kafkajs, encoded by us', () => {
  test('have the checksum that kafkajs reckons, wherever the bytes lie', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(20), fc.nat(20), (given, from, behind) => {
        const bytes = Buffer.concat([Buffer.alloc(from, 1), given, Buffer.alloc(behind, 2)]);
        const to = from + given.length;
        expect(crc32c(bytes, from, to)).toBe(checksum(bytes.subarray(from, to)));
      }),
    );
  });

  test('have the bytes that kafkajs gives them', async () => {
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const encoded = await ours(order).encode();
        expect(encoded.buffer).toEqual((await theirs(order).encode()).buffer);
        expect(encoded.buf).toEqual(encoded.buffer);
      }),
    );
  });

  test.each([
    ['in a transaction', orderOf({}, { transactionalId: 'shard-0' })],
    ['of a producer that numbers its records', orderOf({}, { producerId: '12' })],
    ['compressed', orderOf({}, { compression: 1 })],
    ['with headers', orderOf({ headers: { name: Buffer.from('x') } })],
    ['with a time of their own', orderOf({ timestamp: '1764000000000' })],
    ['of texts', orderOf({ value: 'text' })],
  ])('are left to kafkajs: %s', async (_, order) => {
    expect(await leaves(order).encode()).toBe(theirsIfLeft);
  });

  test('are what later versions of the request are made of', async () => {
    leanRequests();
    const lean: EncodeProduce = load(requestPath);
    expect(lean).not.toBe(theirs);
    const v7: EncodeProduce = load('kafkajs/src/protocol/requests/produce/v7/request');
    const order = orderOf({});
    expect(v7(order).apiVersion).toBe(7);
    expect((await v7(order).encode()).buffer).toEqual((await lean(order).encode()).buffer);
  });
});
