import { describe, expect, test } from 'vitest';
import {
  choosePlan,
  decodeProgress,
  encodeProgress,
  type Held,
  hasAll,
  nothingStored,
  tokenOf,
} from '../../../pipeline/warehouse/plan.ts';

const held = (offset: number, bytes = 10): Held => ({ offset, timestamp: 0, value: Buffer.alloc(bytes) });
const limits = { batchRows: 3, batchBytes: 1_000 };

describe('choosePlan', () => {
  test.each([
    ['nothing held is no plan', [], null],
    ['one record is a range of one', [held(5)], { lo: 5, hi: 6 }],
    ['more than a batch is cut at the batch', [5, 6, 7, 8].map((at) => held(at)), { lo: 5, hi: 8 }],
    ['gaps in the offsets belong to the range', [held(7), held(20)], { lo: 5, hi: 21 }],
    [
      'too many bytes are cut before they are too many',
      [held(5, 600), held(6, 300), held(7, 200)],
      { lo: 5, hi: 7 },
    ],
    ['a record larger than a batch goes alone', [held(5, 5_000), held(6)], { lo: 5, hi: 6 }],
  ])('%s', (_, records, plan) => {
    expect(choosePlan(records, 5, limits)).toEqual(plan);
  });
});

describe('hasAll', () => {
  const plan = { lo: 5, hi: 8 };
  test.each([
    ['nothing read yet', [], false],
    ['the last record still to come', [held(5), held(6)], false],
    ['the last record read', [held(5), held(7)], true],
    ['the last record compacted away, and one behind it read', [held(5), held(9)], true],
  ])('%s', (_, records, isComplete) => {
    expect(hasAll(plan, records)).toBe(isComplete);
  });
});

describe('progress in offset metadata', () => {
  const marks = new Map([
    [0, { offset: 7, n: 3 }],
    [2, { offset: 1, n: 0 }],
  ]);

  test.each([
    ['with a plan', { plan: { lo: 5, hi: 9, log: 'a' }, marks }],
    ['with one that names no log, as older versions made it', { plan: { lo: 5, hi: 9, log: '' }, marks }],
    ['without one', { plan: null, marks }],
  ])('comes back as it was written, %s', (_, progress) => {
    expect(decodeProgress(encodeProgress(progress), 5, 'a')).toEqual(progress);
  });

  test('no metadata means that nothing is stored', () => {
    expect(decodeProgress('', 5, 'a')).toEqual(nothingStored);
  });

  test.each([
    ['begins at another offset', 6, 'a'],
    ['was made for another log', 5, 'b'],
  ])('a plan that %s was left behind, its marks still hold', (_, offset, log) => {
    const metadata = encodeProgress({ plan: { lo: 5, hi: 9, log: 'a' }, marks });
    expect(decodeProgress(metadata, offset, log)).toEqual({ plan: null, marks });
  });

  test.each([
    'by hand',
    '{}',
    '{"v":2,"plan":null,"marks":[]}',
    '{"v":1,"plan":[1],"marks":[]}',
    '{"v":1,"plan":null,"marks":[[1]]}',
    '{"v":1,"plan":[1,2],"log":3,"marks":[]}',
    'null',
  ])('metadata that is not ours (%s) is not understood', (metadata) => {
    expect(decodeProgress(metadata, 5, 'a')).toBeNull();
  });

  test('room is left for a hundred shards; more than fit are a broken promise', () => {
    const of = (shards: number) =>
      new Map(Array.from({ length: shards }, (_, shard) => [shard, { offset: 2 ** 40 + shard, n: 999 }]));
    const plan = { lo: 2 ** 40, hi: 2 ** 40 + 100_000, log: 'f'.repeat(32) };
    expect(encodeProgress({ plan, marks: of(100) }).length).toBeLessThanOrEqual(4_096);
    expect(() => encodeProgress({ plan, marks: of(1_000) })).toThrow('1000 shards');
  });
});

test.each([
  ['and log', 'a', 'alerts/alerts.enriched.v1/a/3/5-9'],
  ['as it was named by whoever planned it without a log', '', 'alerts/alerts.enriched.v1/3/5-9'],
])('a token names table, topic, partition, range %s', (_, log, token) => {
  const place = { topic: 'alerts.enriched.v1', partition: 3 };
  expect(tokenOf('alerts', place, { lo: 5, hi: 9, log })).toBe(token);
});
