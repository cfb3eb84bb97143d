import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Table } from '../../operators/table.ts';

interface Count {
  count: number;
}

const encode = ({ count }: Count) => Uint8Array.of(count);
const stored = (rows: Iterable<readonly [string, Uint8Array | null]>) =>
  new Map([...rows].map(([key, value]) => [key, value === null ? null : value[0]]));

describe('what a table captured', () => {
  test('is what changed since the capture before, deletions too', () => {
    const table = new Table<Count>();
    table.set('a', { count: 1 });
    table.set('b', { count: 2 });
    expect(stored(table.capture(encode).rows())).toEqual(new Map(Object.entries({ a: 1, b: 2 })));
    table.delete('a');
    table.set('c', { count: 3 });
    expect(stored(table.capture(encode).rows())).toEqual(new Map(Object.entries({ a: null, c: 3 })));
    expect(table.changed).toBe(0);
    expect(stored(table.capture(encode).rows())).toEqual(new Map());
  });

  test('is encoded one row at a time, as it is asked for', () => {
    const table = new Table<Count>();
    for (const key of 'abc') table.set(key, { count: 1 });
    let encoded = 0;
    const rows = table
      .capture((row) => {
        encoded += 1;
        return encode(row);
      })
      .rows();
    rows.next();
    rows.next();
    expect(encoded).toBe(2);
  });

  test('stays as it was, whatever happens to the rows before all of them were asked for', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const change = fc.oneof(
      fc.record({ kind: fc.constant('replace' as const), key, count: fc.nat(255) }),
      fc.record({ kind: fc.constant('mutate' as const), key, count: fc.nat(255) }),
      fc.record({ kind: fc.constant('delete' as const), key }),
      fc.record({ kind: fc.constant('ask' as const) }),
      fc.record({ kind: fc.constant('capture' as const) }),
      fc.record({ kind: fc.constant('reconfigure' as const) }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        let table = new Table<Count>();
        const captures: {
          readonly expected: Map<string, unknown>;
          readonly rows: Generator;
          readonly got: unknown[];
        }[] = [];
        const slots = new Map<string, number>();
        let changed = new Set<string>();
        /** In which epoch a row was last set before it was changed in place, as its owner remembers it. */
        const setIn = new WeakMap<Count, number>();
        for (const one of changes) {
          if (one.kind === 'ask') {
            for (const { rows, got } of captures) {
              const { value, done } = rows.next();
              if (done !== true) got.push(value);
            }
          } else if (one.kind === 'capture') {
            const expected = new Map([...changed].map((name) => [name, table.get(name)?.count ?? null]));
            captures.push({ expected, rows: table.capture(encode).rows(), got: [] });
            changed = new Set();
          } else if (one.kind === 'reconfigure') {
            const younger = new Table<Count>();
            younger.adopt(table);
            table = younger;
          } else {
            const row = table.get(one.key);
            if (one.kind === 'replace') slots.set(one.key, table.set(one.key, { count: one.count }));
            else if (one.kind === 'delete') table.delete(one.key);
            else if (row !== undefined) {
              if (setIn.get(row) !== table.epoch) table.touch(slots.get(one.key) ?? -1);
              setIn.set(row, table.epoch);
              row.count = one.count;
            }
            if (one.kind === 'replace' || row !== undefined) changed.add(one.key);
          }
        }
        for (const { expected, rows, got } of captures) {
          const all = [...got, ...rows] as [string, Uint8Array | null][];
          expect(all).toHaveLength(expected.size);
          expect(stored(all)).toEqual(expected);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
