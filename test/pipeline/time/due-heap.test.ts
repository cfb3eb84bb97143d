import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DueHeap } from '../../../pipeline/time/index.ts';

interface Entry {
  readonly due: number;
  isWaiting: boolean;
}

const entry = (due: number): Entry => ({ due, isWaiting: true });
const heapOf = (entries: readonly Entry[]) => {
  const heap = new DueHeap<Entry>((a, b) => a.due < b.due);
  for (const each of entries) heap.push(each);
  return heap;
};
const drain = (heap: DueHeap<Entry>) => {
  const dues: number[] = [];
  for (let next = heap.pop(); next !== undefined; next = heap.pop()) dues.push(next.due);
  return dues;
};

describe('DueHeap', () => {
  test('entries come up in order, however they came and whichever of them were taken back', () => {
    const entries = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.boolean()), { maxLength: 300 });
    fc.assert(
      fc.property(entries, (drawn) => {
        const all = drawn.map(([due, isKept]) => ({ ...entry(due), isKept }));
        const heap = heapOf(all);
        for (const each of all) if (!each.isKept) heap.takeBack(each);
        const kept = all.filter(({ isKept }) => isKept).map(({ due }) => due);
        expect(heap.size).toBe(kept.length);
        expect(drain(heap)).toEqual(kept.sort((a, b) => a - b));
        expect([heap.size, heap.held]).toEqual([0, 0]);
      }),
      { numRuns: 200 },
    );
  });

  test('far entries that are taken back again and again hold no memory', () => {
    const heap = heapOf([entry(1)]);
    for (let due = 1_000; due < 11_000; due += 1) {
      const far = entry(due);
      heap.push(far);
      heap.takeBack(far);
    }
    expect(heap.size).toBe(1);
    expect(heap.held).toBeLessThan(200);
  });

  test('taking back what has come up, or was taken back before, changes nothing', () => {
    const [a, b, c] = [entry(1), entry(2), entry(3)];
    const heap = heapOf([a, b, c]);
    expect(heap.pop()).toBe(a);
    heap.takeBack(a);
    heap.takeBack(b);
    heap.takeBack(b);
    expect(heap.size).toBe(1);
    expect(drain(heap)).toEqual([3]);
  });
});
