import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addValue,
  bucketOf,
  countOf,
  emptySketch,
  maxBuckets,
  mergeSketches,
  middleOf,
  quantileOf,
  subtractSketch,
} from '../../schemas/sketch.ts';

function sketchOf(values: readonly number[]) {
  const sketch = emptySketch();
  for (const value of values) addValue(sketch, value);
  return sketch;
}

const normal = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .filter((x) => x === 0 || Math.abs(x) > 2.3e-308);
const narrow = fc.double({ min: -1000, max: 1000, noNaN: true }).filter((x) => x === 0 || Math.abs(x) > 1e-3);

describe('a bucket', () => {
  it('speaks for each of its values within one per cent', () => {
    fc.assert(
      fc.property(normal, (value) => {
        const error = Math.abs(middleOf(bucketOf(value)) - value);
        expect(error).toBeLessThanOrEqual(Math.abs(value) * 0.010001);
      }),
    );
  });

  it.each([0, -0, 5e-324, -5e-324, Number.NaN])('of %d is that of zero', (value) => {
    expect(bucketOf(value)).toBe(0);
  });

  it.each([1e308, -1e308, Number.MAX_VALUE, 1e-300, -1e-300])(
    'of %d has a finite middle on its side',
    (value) => {
      const middle = middleOf(bucketOf(value));
      expect(Number.isFinite(middle)).toBe(true);
      expect(Math.sign(middle)).toBe(Math.sign(value));
    },
  );

  it('of an infinity is that of the greatest number', () => {
    expect(bucketOf(Number.POSITIVE_INFINITY)).toBe(bucketOf(Number.MAX_VALUE));
  });

  it('sorts as its values do', () => {
    fc.assert(
      fc.property(normal, normal, (a, b) => {
        expect(bucketOf(Math.min(a, b))).toBeLessThanOrEqual(bucketOf(Math.max(a, b)));
      }),
    );
  });
});

describe('a sketch', () => {
  it('finds quantiles within one per cent', () => {
    fc.assert(
      fc.property(
        fc.array(narrow, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.floor(q * (values.length - 1))] ?? Number.NaN;
          const found = quantileOf(sketchOf(values), q) ?? Number.NaN;
          expect(Math.abs(found - exact)).toBeLessThanOrEqual(Math.abs(exact) * 0.010001);
        },
      ),
    );
  });

  it('of nothing has no quantile', () => {
    expect(quantileOf(emptySketch(), 0.5)).toBeNull();
  });

  it('is the same whatever order its values came in, and however they were split', () => {
    fc.assert(
      fc.property(fc.array(normal, { maxLength: 800 }), fc.nat(800), (values, cut) => {
        const whole = sketchOf(values);
        expect(sketchOf([...values].reverse())).toEqual(whole);
        expect(mergeSketches(sketchOf(values.slice(cut)), sketchOf(values.slice(0, cut)))).toEqual(whole);
      }),
    );
  });

  it('keeps at most 512 buckets and every count', () => {
    const values = Array.from({ length: 2_000 }, (_, n) => 1.03 ** n);
    const sketch = sketchOf(values);
    expect(sketch.keys.length).toBe(maxBuckets);
    expect(countOf(sketch)).toBe(2_000);
    expect(quantileOf(sketch, 0.99) ?? 0).toBeGreaterThan(1.03 ** 1_950);
  });

  it('less an older state of itself is what came since', () => {
    fc.assert(
      fc.property(
        fc.array(narrow, { maxLength: 60 }),
        fc.array(narrow, { maxLength: 60 }),
        (older, since) => {
          const left = subtractSketch(sketchOf([...older, ...since]), sketchOf(older));
          expect(left).toEqual(sketchOf(since));
        },
      ),
    );
  });

  it('less an older state keeps its count when buckets were collapsed in between', () => {
    const older = Array.from({ length: 500 }, (_, n) => 1.03 ** n);
    const since = Array.from({ length: 400 }, (_, n) => 1.03 ** (n + 600));
    const left = subtractSketch(sketchOf([...older, ...since]), sketchOf(older));
    expect(countOf(left)).toBe(400);
  });
});
