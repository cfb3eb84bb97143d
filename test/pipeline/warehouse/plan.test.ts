import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  choosePlan,
  decodeProgress,
  type Entry,
  encodeProgress,
  freshRows,
  hasAll,
  nothingStored,
  tokenOf,
} from '../../../pipeline/warehouse/plan.ts';

const entry = (offset: number, fields: Partial<Entry<string>> = {}): Entry<string> => ({
  offset,
  bytes: 10,
  origin: { shard: 0, offset, n: 0 },
  row: `row ${offset}`,
  ...fields,
});
const limits = { batchRows: 3, batchBytes: 1_000 };

describe('choosePlan', () => {
  test.each([
    ['nothing held is no plan', [], null],
    ['one record is a range of one', [entry(5)], { lo: 5, hi: 6 }],
    ['more than a batch is cut at the batch', [5, 6, 7, 8].map((at) => entry(at)), { lo: 5, hi: 8 }],
    ['gaps in the offsets belong to the range', [entry(7), entry(20)], { lo: 5, hi: 21 }],
    [
      'too many bytes are cut before they are too many',
      [entry(5, { bytes: 600 }), entry(6, { bytes: 300 }), entry(7, { bytes: 200 })],
      { lo: 5, hi: 7 },
    ],
    ['a record larger than a batch goes alone', [entry(5, { bytes: 5_000 }), entry(6)], { lo: 5, hi: 6 }],
  ])('%s', (_, entries, plan) => {
    expect(choosePlan(entries, 5, limits)).toEqual(plan);
  });
});

describe('hasAll', () => {
  const plan = { lo: 5, hi: 8 };
  test.each([
    ['nothing read yet', [], false],
    ['the last record still to come', [entry(5), entry(6)], false],
    ['the last record read', [entry(5), entry(7)], true],
    ['the last record compacted away, and one behind it read', [entry(5), entry(9)], true],
  ])('%s', (_, entries, isComplete) => {
    expect(hasAll(plan, entries)).toBe(isComplete);
  });
});

describe('freshRows', () => {
  const plan = { lo: 0, hi: 10 };
  const from = (offset: number, origin: readonly [number, number, number]) =>
    entry(offset, { origin: { shard: origin[0], offset: origin[1], n: origin[2] } });

  test('takes rows above the mark and moves the mark to the last of them', () => {
    const marks = new Map([[0, { offset: 1, n: 0 }]]);
    const { rows, marks: moved, repeated } = freshRows([entry(0), entry(1), entry(2)], plan, marks);
    expect({ rows, repeated, moved: [...moved] }).toEqual({
      rows: ['row 2'],
      repeated: 2,
      moved: [[0, { offset: 2, n: 0 }]],
    });
  });

  test('outputs of one input record are told apart by their number', () => {
    const marks = new Map([[0, { offset: 4, n: 1 }]]);
    const entries = [from(0, [0, 4, 1]), from(1, [0, 4, 2]), from(2, [0, 4, 2])];
    expect(freshRows(entries, plan, marks).rows).toEqual(['row 1']);
  });

  test('a writer that starts again from its checkpoint repeats, then goes on', () => {
    const entries = [
      from(0, [0, 1, 0]),
      from(1, [0, 2, 0]),
      from(2, [0, 1, 0]),
      from(3, [0, 2, 0]),
      from(4, [0, 3, 0]),
    ];
    expect(freshRows(entries, plan, new Map()).rows).toEqual(['row 0', 'row 1', 'row 4']);
  });

  test('shards that write to one partition have a mark each', () => {
    const entries = [from(0, [0, 9, 0]), from(1, [1, 2, 0]), from(2, [0, 9, 0])];
    expect(freshRows(entries, plan, new Map()).rows).toEqual(['row 0', 'row 1']);
  });

  test('what cannot be read, and what lies behind the range, is left out and moves no mark', () => {
    const entries = [entry(0), entry(1, { row: null, origin: null }), entry(10)];
    const { rows, marks } = freshRows(entries, plan, new Map());
    expect({ rows, marks: [...marks] }).toEqual({ rows: ['row 0'], marks: [[0, { offset: 0, n: 0 }]] });
  });

  test('however the log is cut into ranges, the same rows are stored, each once', () => {
    // A writer that falls back now and then, as after a crash: positions repeat, first appearances are in order.
    const restarts = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(restarts, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (steps, sizes) => {
        let written = 0;
        const log: Entry<string>[] = [];
        for (const back of steps) {
          for (let at = Math.max(0, written - back); at <= written; at += 1)
            log.push({
              offset: log.length,
              bytes: 1,
              origin: { shard: 0, offset: at, n: 0 },
              row: `row ${at}`,
            });
          written += 1;
        }
        const stored: string[] = [];
        let marks = nothingStored.marks;
        for (let lo = 0, n = 0; lo < log.length; n += 1) {
          const hi = Math.min(log.length, lo + (sizes[n % sizes.length] ?? 1));
          const fresh = freshRows(log.slice(lo, hi), { lo, hi }, marks);
          stored.push(...fresh.rows);
          marks = fresh.marks;
          lo = hi;
        }
        expect(stored).toEqual(Array.from({ length: written }, (_, at) => `row ${at}`));
      }),
    );
  });
});

describe('progress in offset metadata', () => {
  const marks = new Map([
    [0, { offset: 7, n: 3 }],
    [2, { offset: 1, n: 0 }],
  ]);

  test.each([
    ['with a plan', { plan: { lo: 5, hi: 9 }, marks }],
    ['without one', { plan: null, marks }],
  ])('comes back as it was written, %s', (_, progress) => {
    expect(decodeProgress(encodeProgress(progress), 5)).toEqual(progress);
  });

  test('no metadata means that nothing is stored', () => {
    expect(decodeProgress('', 5)).toEqual(nothingStored);
  });

  test('a plan that begins at another offset was left behind, its marks still hold', () => {
    expect(decodeProgress(encodeProgress({ plan: { lo: 5, hi: 9 }, marks }), 6)).toEqual({
      plan: null,
      marks,
    });
  });

  test.each([
    'by hand',
    '{}',
    '{"v":2,"plan":null,"marks":[]}',
    '{"v":1,"plan":[1],"marks":[]}',
    '{"v":1,"plan":null,"marks":[[1]]}',
    'null',
  ])('metadata that is not ours (%s) is not understood', (metadata) => {
    expect(decodeProgress(metadata, 5)).toBeNull();
  });

  test('room is left for a hundred shards; more than fit are a broken promise', () => {
    const of = (shards: number) =>
      new Map(Array.from({ length: shards }, (_, shard) => [shard, { offset: 2 ** 40 + shard, n: 999 }]));
    const plan = { lo: 2 ** 40, hi: 2 ** 40 + 100_000 };
    expect(encodeProgress({ plan, marks: of(100) }).length).toBeLessThanOrEqual(4_096);
    expect(() => encodeProgress({ plan, marks: of(1_000) })).toThrow('1000 shards');
  });
});

test('a token names table, topic, partition and range', () => {
  expect(tokenOf('alerts', { topic: 'alerts.enriched.v1', partition: 3 }, { lo: 5, hi: 9 })).toBe(
    'alerts/alerts.enriched.v1/3/5-9',
  );
});
