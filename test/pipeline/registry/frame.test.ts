import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frame, parseFrame, schemaIdsIn } from '../../../pipeline/registry/index.ts';

const anyId = fc.integer({ min: 0, max: 2 ** 32 - 1 });

test('what was framed is parsed back', () => {
  fc.assert(
    fc.property(anyId, fc.uint8Array(), (schemaId, payload) => {
      const found = parseFrame(frame(schemaId, payload));
      expect(found).toMatchObject({ schemaId });
      expect('payload' in found && [...found.payload]).toEqual([...payload]);
    }),
  );
});

const bad: readonly (readonly [string, Uint8Array | null, string, string])[] = [
  ['no value', null, 'record.empty', '5 bytes'],
  ['an empty value', Buffer.alloc(0), 'record.empty', '5 bytes'],
  ['JSON', Buffer.from('{"name":"x"}'), 'record.bad-framing', 'the first byte is 123, not 0'],
  ['a header cut short', Buffer.from([0, 0, 0]), 'record.bad-framing', '3 of the 5 bytes'],
];
test.each(bad)('%s is no frame', (_case, value, code, detail) => {
  expect(parseFrame(value)).toEqual({ code, detail: expect.stringContaining(detail) });
});

describe('schemaIdsIn', () => {
  test('names each id once and nothing for records without a frame', () => {
    const values = [
      frame(7, Buffer.from('a')),
      null,
      Buffer.from('{}'),
      frame(2 ** 31, Buffer.alloc(0)),
      frame(7, Buffer.alloc(1)),
    ];
    expect([...schemaIdsIn(values.map((value) => ({ value })))]).toEqual([7, 2 ** 31]);
  });
});
