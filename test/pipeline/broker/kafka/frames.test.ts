import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Frames, takeAnswersWhole } from '../../../../pipeline/broker/kafka/frames.ts';

function framed(payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(4 + payload.length);
  frame.writeInt32BE(payload.length);
  frame.set(payload, 4);
  return frame;
}

/** What comes out of bytes that are read a few at a time, always into the same memory. */
function read(bytes: Buffer, pieces: readonly number[]): Buffer[] {
  const found: Buffer[] = [];
  const frames = new Frames((frame) => found.push(frame));
  const chunk = Buffer.alloc(64);
  let at = 0;
  for (let piece = 0; at < bytes.length; piece += 1) {
    const length = Math.min(pieces[piece % pieces.length] ?? 1, bytes.length - at);
    bytes.copy(chunk, 0, at, at + length);
    frames.take(chunk.subarray(0, length));
    chunk.fill(0xee);
    at += length;
  }
  return found;
}

describe('answers of a broker', () => {
  it('come out one by one and whole, however the connection cuts them', () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
    const pieces = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 });
    fc.assert(
      fc.property(payloads, pieces, (all, cuts) => {
        const frames = all.map(framed);
        expect(read(Buffer.concat(frames), cuts)).toEqual(frames);
      }),
    );
  });

  it('wait until all of them is there', () => {
    expect(read(framed(Buffer.alloc(100)).subarray(0, 103), [7])).toEqual([]);
    expect(read(framed(Buffer.alloc(100)).subarray(0, 3), [1])).toEqual([]);
  });

  it('take no more room than has come, when somebody says that two gigabytes follow', () => {
    const http = Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n');
    const before = process.memoryUsage().arrayBuffers;
    expect(read(http, [9])).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1_048_576);
  });

  it('grow beyond what is made at once', () => {
    const long = framed(Buffer.alloc(40 * 1_048_576, 7));
    const found: Buffer[] = [];
    const frames = new Frames((frame) => found.push(frame));
    for (let at = 0; at < long.length; at += 1_048_576) frames.take(long.subarray(at, at + 1_048_576));
    expect(found.map((frame) => frame.equals(long))).toEqual([true]);
  });

  it('that say they are shorter than nothing are four bytes', () => {
    const negative = Buffer.from([0xff, 0xff, 0xff, 0xff]);
    expect(read(Buffer.concat([negative, framed(Buffer.from('x'))]), [3])).toEqual([
      negative,
      framed(Buffer.from('x')),
    ]);
  });
});

it('whole answers are decoded by kafkajs where they lie, one after another, and pieces as before', () => {
  takeAnswersWhole();
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/connection');
  const payloads: Buffer[] = [];
  const fulfillRequest = ({ payload }: { readonly payload: Buffer }) => payloads.push(payload);
  const connection = Object.assign(Object.create(prototype), {
    ...{ authHandlers: null, chunks: [], bytesBuffered: 0, bytesNeeded: 4, requestQueue: { fulfillRequest } },
  });
  // In front of what is decoded stands the number of the request.
  const answers = ['one', 'two', 'three'].map((text) => framed(Buffer.from(`\0\0\0\x01${text}`)));
  for (const answer of answers) connection.processData(answer);
  const inPieces = framed(Buffer.from('\0\0\0\x01four'));
  for (const piece of [inPieces.subarray(0, 6), inPieces.subarray(6)]) connection.processData(piece);
  expect(payloads.map(String)).toEqual(['one', 'two', 'three', 'four']);
  for (const [n, answer] of answers.entries()) expect(payloads[n]?.buffer).toBe(answer.buffer);
});
