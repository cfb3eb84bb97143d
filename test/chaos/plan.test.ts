import { describe, expect, test } from 'vitest';
import { faults, type PlanOptions, planOf } from './run/plan.ts';

const options: PlanOptions = { seed: 1, durationMs: 720_000, brokers: 1 };
const kindsIn = (over: Partial<PlanOptions>) =>
  new Set(planOf({ ...options, ...over }).map(({ fault }) => fault));

describe('the plan of the adversary', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(planOf(options)).toEqual(planOf(options));
    expect(planOf({ ...options, seed: 2 })).not.toEqual(planOf(options));
  });

  test.each<[string, Partial<PlanOptions>]>([
    ['with one broker', {}],
    ['with three', { brokers: 3 }],
    ['in half a minute', { durationMs: 30_000 }],
  ])('holds every fault that there can be %s', (_name, over) => {
    const unfit = over.brokers === 3 ? /^broker/ : /^leader/;
    expect(kindsIn(over)).toEqual(new Set(faults.filter((fault) => !unfit.test(fault))));
  });

  test('kills a worker every few seconds, and nothing before the start or after the end', () => {
    const kills = planOf(options).filter(({ fault }) => fault === 'worker killed');
    const gaps = kills.map(({ at }, i) => at - (kills[i - 1]?.at ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(10_000);
    const times = planOf(options).map(({ at }) => at);
    expect([Math.min(...times) > 0, Math.max(...times) < options.durationMs]).toEqual([true, true]);
  });
});
