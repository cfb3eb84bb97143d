import { describe, expect, it, test } from 'vitest';
import { type RowDraft, rowOf } from '../../../bench/harness/row.ts';
import { compare, compareAll, unmatched } from '../../../bench/harness/verdict.ts';
import { randomOf } from '../../../pipeline/demo/random.ts';

const row = (samples: readonly number[], rest: Partial<RowDraft> = {}) =>
  rowOf({ name: 'walk', unit: 'µs CPU', samples, ...rest });

const steady = [10, 10.1, 9.9, 10.2, 9.8, 10.05, 9.95];
const times = (factor: number) => steady.map((value) => factor * value);
const twice = (factor: number) => [...times(factor), ...times(1.01 * factor)];

describe('the verdict on a row', () => {
  it.each([
    ['equal samples', steady, steady, 'same'],
    ['a fifth more', steady, times(1.2), 'worse'],
    ['a fifth less', steady, times(0.8), 'better'],
    ['a change that is sure, and too small for anybody', steady, times(1.04), 'same'],
    ['a great change among samples that lie far apart', [1, 20, 3, 40, 5], [30, 2, 25, 9, 8], 'same'],
    ['one sample that was disturbed', steady, [...times(1).slice(1), 400], 'same'],
    ['a fifth more, in many samples of which one was disturbed', [...twice(1), 400], twice(1.2), 'worse'],
    ['too few samples to tell anything', [10, 10, 10, 10], [20, 20, 20, 20], 'too few samples'],
    ['as few as can tell something', [10, 11, 12, 13, 14], [20, 21, 22, 23, 24], 'worse'],
    ['zeros', [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], 'same'],
    ['what was below nothing and is more', times(-1), steady, 'worse'],
    ['what was something and is below nothing', steady, times(-1), 'better'],
    ['something that was nothing', [0, 0, 0, 0, 0], [1, 1, 1, 1, 1], 'worse'],
  ])('%s', (_, before, after, verdict) => {
    expect(compare(row(before), row(after)).verdict).toBe(verdict);
  });

  it('turns around where more is better', () => {
    const rate = { unit: 'alerts/s', better: 'more' } as const;
    expect(compare(row(steady, rate), row(times(1.2), rate)).verdict).toBe('better');
  });

  it('is the same each time', () => {
    const overlapping = [10.1, 10.9, 9.9, 11.5, 10.8, 10.7, 10.2];
    expect(compare(row(steady), row(overlapping))).toEqual(compare(row(steady), row(overlapping)));
  });

  it('seldom tells of a change that is none', () => {
    const random = randomOf(7);
    // Noise of a tenth: the median alone would often be beyond the least effect.
    const drawn = () => row(Array.from({ length: 7 }, () => 10 + 2 * (random.next() - 0.5)));
    const told = Array.from({ length: 200 }, () => compare(drawn(), drawn()).verdict);
    expect(told.filter((verdict) => verdict !== 'same').length).toBeLessThanOrEqual(6);
  });
});

test('rows are compared with those of the same name and unit, and the others are named', () => {
  const before = [row(steady), row(steady, { name: 'crawl' })];
  const after = [row(times(2)), row(steady, { name: 'crawl', unit: 'ms' })];
  expect(compareAll(before, after).map(({ name, ratio }) => [name, ratio])).toEqual([['walk', 2]]);
  expect(unmatched(before, after)).toEqual(['crawl', 'crawl']);
});
