import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestList, NumberLists, noNumbers } from '../../../operators/dedupe/number-lists.ts';

const number = fc.oneof(fc.constantFrom(0, -0, -1, 1e300, 2 ** -1_074), fc.double({ noNaN: true }));
const doing = fc.oneof(
  { weight: 30, arbitrary: fc.record({ to: fc.nat(9), numbers: fc.array(number, { maxLength: 70 }) }) },
  { weight: 1, arbitrary: fc.record({ to: fc.nat(9), numbers: fc.constant(null) }) },
);

describe('lists of numbers in one memory', () => {
  it('are each as arrays of their own would be', () => {
    fc.assert(
      fc.property(fc.array(doing, { maxLength: 60 }), (all) => {
        const lists = new NumberLists();
        const lean = Array.from({ length: 10 }, () => ({ ...noNumbers }));
        const plain: number[][] = lean.map(() => []);
        for (const { to, numbers } of all) {
          const [list, array] = [lean[to] ?? { ...noNumbers }, plain[to] ?? []];
          // As full as they may get, all lists leave their rooms and take those of others.
          if (numbers === null || array.length + numbers.length > longestList) {
            lists.clear(list);
            array.length = 0;
          }
          for (const one of numbers ?? []) lists.push(list, one);
          array.push(...(numbers ?? []));
        }
        expect(lean.map((list) => lists.numbers(list))).toEqual(plain);
      }),
    );
  });

  it('take the rooms that others left', () => {
    const lists = new NumberLists();
    const [first, second] = [{ ...noNumbers }, { ...noNumbers }];
    for (let n = 0; n < 5; n += 1) lists.push(first, n);
    lists.push(second, 9);
    expect([first.listAt, second.listAt]).toEqual([4, 0]);
    expect([lists.numbers(first), lists.numbers(second)]).toEqual([[0, 1, 2, 3, 4], [9]]);
  });

  it('grow as long as a chunk, and no longer', () => {
    const lists = new NumberLists();
    const list = { ...noNumbers };
    for (let n = 0; n < longestList; n += 1) lists.push(list, n);
    expect(lists.numbers(list)).toEqual(Array.from({ length: longestList }, (_, n) => n));
    expect(() => lists.push(list, 0)).toThrow('more than 1024 numbers');
  });
});
