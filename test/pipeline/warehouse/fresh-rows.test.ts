import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Found,
  FreshRows,
  type RowBuffer,
  type RowReader,
} from '../../../pipeline/warehouse/fresh-rows.ts';
import { type Held, type Marks, nothingStored } from '../../../pipeline/warehouse/plan.ts';

type Position = readonly [shard: number, offset: number, n: number];

/** A record that says where its row comes from; null for one that cannot be read. */
const held = (offset: number, position: Position | null = [0, offset, 0]): Held => ({
  offset,
  timestamp: 0,
  value: Buffer.from(JSON.stringify(position)),
});

function read({ offset, value }: Held): Found<string> | null {
  const position: Position | null = JSON.parse(String(value));
  if (position === null) return null;
  const [shard, at, n] = position;
  return { origin: { shard, offset: at, n }, row: `row ${offset}` };
}

const rowsInBuffer = 100;

/** Rows as lines. */
class Lines implements RowBuffer {
  readonly format = 'JSONCompactEachRow';
  readonly columns = ['row'];
  #kept: string[] = [];
  added: string | null = null;

  get isEmpty(): boolean {
    return this.#kept.length === 0;
  }

  get isFull(): boolean {
    return this.#kept.length === rowsInBuffer;
  }

  keep(): void {
    this.#kept.push(`${JSON.stringify([this.added])}\n`);
    this.added = null;
  }

  drop(): void {
    this.added = null;
  }

  take(): Buffer {
    const lines = this.#kept.join('');
    this.clear();
    return Buffer.from(lines);
  }

  clear(): void {
    this.#kept = [];
  }
}

const buffer = new Lines();

const reader: RowReader<string> = {
  buffer,
  read,
  add: (record) => {
    const found = read(record);
    if (found !== null) {
      expect(buffer.added, 'neither kept nor dropped').toBeNull();
      buffer.added = found.row;
    }
    return found?.origin ?? null;
  },
};

const fresh = (records: readonly Held[], marks: Marks = nothingStored.marks) =>
  new FreshRows(records, marks, reader);

const linesOf = (rows: FreshRows<string>) => String(Buffer.concat([...rows.portions()]));

describe('FreshRows', () => {
  test('are above the mark, which moves to the last of them', () => {
    const rows = fresh([held(0), held(1), held(2)], new Map([[0, { offset: 1, n: 0 }]]));
    expect([...rows]).toEqual(['row 2']);
    expect(rows.outcome).toMatchObject({ rows: 1, repeated: 2 });
    expect(rows.outcome.marks.get(0)).toMatchObject({ offset: 2, n: 0 });
  });

  test('outputs of one input record are told apart by their number', () => {
    const records = [held(0, [0, 4, 1]), held(1, [0, 4, 2]), held(2, [0, 4, 2])];
    expect([...fresh(records, new Map([[0, { offset: 4, n: 1 }]]))]).toEqual(['row 1']);
  });

  test('a writer that starts again from its checkpoint repeats, then goes on', () => {
    const records = [1, 2, 1, 2, 3].map((at, offset) => held(offset, [0, at, 0]));
    expect([...fresh(records)]).toEqual(['row 0', 'row 1', 'row 4']);
  });

  test('shards that write to one partition have a mark each', () => {
    const records = [held(0, [0, 9, 0]), held(1, [1, 2, 0]), held(2, [0, 9, 0])];
    expect([...fresh(records)]).toEqual(['row 0', 'row 1']);
  });

  test('what cannot be read is left out and moves no mark', () => {
    const rows = fresh([held(0), held(1, null)]);
    expect([...rows]).toEqual(['row 0']);
    expect([...rows.outcome.marks.keys()]).toEqual([0]);
    expect(rows.outcome.marks.get(0)).toMatchObject({ offset: 0, n: 0 });
  });

  test.each([
    ['no record', [], true],
    ['nothing that can be read', [held(0, null)], true],
    ['repeats only', [held(0, [0, 1, 0])], true],
    ['something new', [held(0, [0, 1, 0]), held(1, [0, 2, 0])], false],
  ])('of %s', (_, records, isEmpty) => {
    expect(fresh(records, new Map([[0, { offset: 1, n: 0 }]])).isEmpty).toBe(isEmpty);
  });

  test('are the same in each pass, and so is what comes of them, whoever stops in the middle', () => {
    const rows = fresh([held(0), held(1), held(1), held(2)]);
    for (const row of rows) if (row === 'row 1') break;
    const unread = fresh([held(0), held(1), held(1), held(2)]);
    expect([...rows]).toEqual([...rows]);
    expect(rows.outcome).toEqual(unread.outcome);
    expect(unread.outcome).toMatchObject({ rows: 3, repeated: 1 });
  });

  test('are the same as lines, and as many', () => {
    const records = [held(0), held(1), held(1), held(2, null), held(3)];
    const rows = fresh(records);
    expect(linesOf(rows)).toBe('["row 0"]\n["row 1"]\n["row 3"]\n');
    expect(rows.outcome).toEqual(fresh(records).outcome);
    expect([rows.columns, linesOf(rows), linesOf(fresh([]))]).toEqual([['row'], linesOf(rows), '']);
  });

  test('of many rows come some at a time', () => {
    const records = Array.from({ length: 1_050 }, (_, offset) => held(offset));
    const portions = [...fresh(records).portions()];
    expect(portions.map((portion) => String(portion).split('\n').length - 1)).toEqual([
      ...Array.from({ length: 10 }, () => rowsInBuffer),
      50,
    ]);
  });

  test('have nothing of what somebody left behind who failed in the middle', () => {
    buffer.added = 'left behind';
    buffer.keep();
    expect(linesOf(fresh([held(0)]))).toBe('["row 0"]\n');
  });

  test('however the log is cut into ranges, the same rows are stored, each once', () => {
    // A writer that falls back now and then, as after a crash: positions repeat, first appearances are in order.
    const restarts = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(restarts, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (steps, sizes) => {
        const log: Held[] = [];
        const first: string[] = [];
        for (const [written, back] of steps.entries()) {
          for (let at = Math.max(0, written - back); at <= written; at += 1) {
            if (at === written) first.push(`row ${log.length}`);
            log.push(held(log.length, [0, at, 0]));
          }
        }
        const stored: string[] = [];
        let { marks } = nothingStored;
        for (let lo = 0, n = 0; lo < log.length; n += 1) {
          const hi = lo + (sizes[n % sizes.length] ?? 1);
          const rows = fresh(log.slice(lo, hi), marks);
          stored.push(...rows);
          ({ marks } = rows.outcome);
          lo = hi;
        }
        expect(stored).toEqual(first);
      }),
    );
  });
});
