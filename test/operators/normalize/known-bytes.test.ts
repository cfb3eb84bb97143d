import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteMap, hashOf, longestKey } from '../../../operators/normalize/byte-map.ts';
import { KnownBytes } from '../../../operators/normalize/known-bytes.ts';

const large = { maxHeads: 100_000, maxHeadBytes: 1e9 };
const bytesOf = (text: string) => Buffer.from(text, 'latin1');
const keys = fc.string({ unit: fc.constantFrom('a', 'b', '\0'), maxLength: 20 });

describe('what is known by its bytes', () => {
  it('is what a map of texts would know, wherever the bytes lie', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.nat(9), fc.nat(9)), { maxLength: 300 }), (entries) => {
        const known = new KnownBytes<number>(large);
        const model = new Map<string, number>();
        for (const [n, [key, before, behind]] of entries.entries()) {
          const bytes = bytesOf('x'.repeat(before) + key + 'y'.repeat(behind));
          const place = [before, before + key.length] as const;
          expect(known.get(bytes, ...place)).toBe(model.get(key));
          if (model.has(key)) continue;
          known.add(bytes, ...place, n);
          model.set(key, n);
        }
      }),
    );
  });

  it('stays known while the table grows and its keys fill one chunk after another', () => {
    const known = new KnownBytes<number>(large);
    const texts = Array.from({ length: 9_000 }, (_, n) => bytesOf(`${n} ${'k'.repeat(300 + (n % 40))}`));
    for (const [n, bytes] of texts.entries()) known.add(bytes, 0, bytes.length, n);
    for (const [n, bytes] of texts.entries()) expect(known.get(bytes, 0, bytes.length)).toBe(n);
  });

  it('is not taken when it is too long', () => {
    const known = new KnownBytes<number>(large);
    for (const length of [longestKey, longestKey + 1]) known.add(Buffer.alloc(length), 0, length, length);
    expect(known.get(Buffer.alloc(longestKey), 0, longestKey)).toBe(longestKey);
    expect(known.get(Buffer.alloc(longestKey + 1), 0, longestKey + 1)).toBeUndefined();
  });

  it.each([
    ['entries', { maxHeads: 4, maxHeadBytes: 1e9 }],
    ['bytes', { maxHeads: 1_000, maxHeadBytes: 6 }],
  ])('is forgotten when there are too many %s, the least used first', (_, limits) => {
    const known = new KnownBytes<string>(limits);
    const get = (key: string) => known.get(bytesOf(key), 0, key.length);
    for (const key of ['a', 'b', 'c']) known.add(bytesOf(key), 0, 1, key);
    expect(get('a')).toBe('a');
    for (const key of ['d', 'e']) known.add(bytesOf(key), 0, 1, key);
    expect(['a', 'b', 'd', 'e'].map(get)).toEqual(['a', undefined, 'd', 'e']);
  });

  it('is found among keys that were made to collide, or not at all, but never mistaken', () => {
    const map = new ByteMap<number>();
    const viewOf = (n: number) => new DataView(Uint8Array.from([n >> 8, n & 255]).buffer);
    for (let n = 0; n < 200; n += 1) map.add(viewOf(n), 0, 2, { hash: 7, value: n });
    const found = Array.from({ length: 200 }, (_, n) => map.get(viewOf(n), 0, 2, 7));
    expect(found.filter((value, n) => value !== undefined && value !== n)).toEqual([]);
    expect(found[0]).toBe(0);
    expect(found.filter((value) => value !== undefined).length).toBeLessThan(200);
  });

  it('differs by any bit, whatever number the bytes would be', () => {
    const bytes = fc.constantFrom(0, 1, 0x7f, 0x80, 0xf0, 0xf8, 0xff);
    const viewOf = (key: readonly number[]) => new DataView(Uint8Array.from(key).buffer);
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1, maxLength: 50 }), fc.nat(), bytes, (key, at, other) => {
        const map = new ByteMap<string>();
        map.add(viewOf(key), 0, key.length, { hash: 7, value: 'known' });
        expect(map.get(viewOf([9, ...key]), 1, key.length + 1, 7)).toBe('known');
        const changed = key.with(at % key.length, other);
        const expected = key[at % key.length] === other ? 'known' : undefined;
        expect(map.get(viewOf(changed), 0, key.length, 7)).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has a hash that each of its bytes changes, and its length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), (bytes, at) => {
        const view = (some: Uint8Array) => new DataView(Uint8Array.from(some).buffer);
        const hash = hashOf(view(bytes), 0, bytes.length);
        const other = Uint8Array.from(bytes);
        other[at % bytes.length] = (other[at % bytes.length] ?? 0) ^ 0x55;
        expect(hashOf(view(other), 0, other.length)).not.toBe(hash);
        expect(hashOf(view(Uint8Array.from([...bytes, 0])), 0, bytes.length + 1)).not.toBe(hash);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
