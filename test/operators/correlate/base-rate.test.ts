import { describe, expect, it } from 'vitest';
import { busyBefore, markBusy, surprise } from '../../../operators/correlate/base-rate.ts';
import type { ValueRow } from '../../../operators/correlate/rows.ts';

const marked = (...slots: number[]): ValueRow | undefined =>
  slots.reduce<ValueRow | undefined>((row, slot) => markBusy(row, slot), undefined);

describe('base rates', () => {
  it.each([
    ['nothing remembered is nothing busy', [], 100, 0b0],
    ['the window itself does not count', [100], 100, 0b0],
    ['the window before is the lowest bit', [99], 100, 0b1],
    ['a burst in one window is one window', [99, 99, 99], 100, 0b1],
    ['windows in any order are the same', [99, 97, 98], 100, 0b111],
    ['what came after the window does not count', [99, 105], 100, 0b1],
    ['the oldest remembered window counts', [68], 100, 2 ** 31],
    ['an older one is forgotten', [67], 100, 0],
  ])('%s', (_, slots, before, expected) => {
    expect(busyBefore(marked(...slots), before)).toBe(expected);
  });

  it('a mark older than all that is remembered changes nothing', () => {
    const row = marked(100);
    expect(row && markBusy(row, 60)).toEqual(row);
  });

  it('a row that was always busy reads as always busy', () => {
    const row = marked(...Array.from({ length: 40 }, (_, n) => n));
    expect(busyBefore(row, 40)).toBe(2 ** 32 - 1);
    expect(surprise(busyBefore(row, 40), 1)).toBe(0);
  });

  it('the rarer and the closer, the more of a surprise', () => {
    expect(surprise(0, 3)).toBe(1);
    expect(surprise(0b1111, 1)).toBeLessThan(surprise(0b11, 1));
    expect(surprise(0b11, 2)).toBeLessThan(surprise(0b11, 1));
  });
});
