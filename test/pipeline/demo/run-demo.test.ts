import { beforeAll, describe, expect, it } from 'vitest';
import {
  type DemoState,
  type DemoSummary,
  generate,
  runDemo,
  type Verdict,
} from '../../../pipeline/demo/index.ts';

/** A demo at full speed; `verdict` is asked at each tick. */
function demo(seed: number, verdict: (state: DemoState) => Verdict = () => 'go-on', minutes = 60) {
  return runDemo({ seed, minutes, onTick: (_tick, state) => Promise.resolve(verdict(state)) });
}

const sum = (summaries: readonly DemoSummary[], figure: (summary: DemoSummary) => number) =>
  summaries.reduce((total, summary) => total + figure(summary), 0);

describe('an hour of alerts, over some seeds', () => {
  // All twenty of the target stand in bench/results/demo-truth.md; these few keep them from being lost.
  const seeds = [1, 2, 3];
  const summaries: DemoSummary[] = [];

  beforeAll(async () => {
    for (const seed of seeds) {
      const summary = await demo(seed);
      if (summary !== null) summaries.push(summary);
    }
  }, 60_000);

  it('at least 90 % of what really happened is found', () => {
    const found = sum(summaries, ({ incidents }) => incidents.found);
    expect(found / sum(summaries, ({ incidents }) => incidents.true)).toBeGreaterThanOrEqual(0.9);
  });

  it('at most one incident in ten that really happened is made up', () => {
    const spurious = sum(summaries, ({ incidents }) => incidents.spurious);
    expect(spurious / sum(summaries, ({ incidents }) => incidents.true)).toBeLessThanOrEqual(0.1);
  });

  it('the root cause is right in at least 80 % of those found', () => {
    const right = sum(summaries, ({ rootCause }) => rootCause.right);
    expect(right / sum(summaries, ({ rootCause }) => rootCause.of)).toBeGreaterThanOrEqual(0.8);
  });

  it('every alert is accounted for, poison too, and nothing is left when the last window is closed', () => {
    for (const { seed, alerts, passed, folded, suppressed, deadLettered, remaining } of summaries) {
      expect((passed ?? 0) + (folded ?? 0) + (suppressed ?? 0) + deadLettered, `seed ${seed}`).toBe(alerts);
      expect(deadLettered).toBe(6);
      expect(suppressed).toBeGreaterThan(0);
      expect(remaining).toEqual({ rows: 0, timers: 0 });
    }
  });

  it('far fewer incidents are published than a plain window would have sent notifications', () => {
    for (const { incidentsPublished, notificationsWithout } of summaries)
      expect(incidentsPublished).toBeLessThan(notificationsWithout / 5);
  });
});

describe('a demo', () => {
  it('says the same when it is run again', async () => {
    const without = (summary: DemoSummary | null) => ({
      ...summary,
      ...{ seconds: 0, alertsPerSecond: 0, peakRssBytes: 0 },
    });
    expect(without(await demo(9, undefined, 10))).toEqual(without(await demo(9, undefined, 10)));
  });

  it('that is ended early sums up what was told of it, with every alert accounted for', async () => {
    const summary = await demo(1, ({ now, startAt }) => (now < startAt + 12 * 60_000 ? 'go-on' : 'sum-up'));
    expect(summary).toMatchObject({ isWhole: false, accountedFor: 1, remaining: { rows: 0, timers: 0 } });
    expect(summary?.records).toBeGreaterThan(0);
    const story = generate({ seed: 1, startAt: 0, minutes: 60 });
    expect(summary?.records).toBeLessThan(story.arrivals.length / 2);
    expect(summary?.incidents.true).toBeLessThan(story.incidents.length / 2);
  });

  it('that is aborted has no summary', async () => {
    expect(await demo(1, ({ fed }) => (fed < 100 ? 'go-on' : 'abort'))).toBeNull();
  });

  it('shows what there is to see as it goes', async () => {
    const seen: DemoState[] = [];
    await demo(
      1,
      (state) => {
        if (state.now < state.endAt) seen.push(state);
        return 'go-on';
      },
      20,
    );
    const last = seen.at(-1);
    expect(seen.map(({ alerts }) => alerts)).toEqual(seen.map(({ alerts }) => alerts).sort((a, b) => a - b));
    expect(Math.max(...seen.map(({ open }) => open.length))).toBeGreaterThan(1);
    expect(last?.decisions.length).toBeGreaterThan(5);
    expect(last?.decisions.map(({ outcome }) => outcome)).not.toContain('noted');
    expect(last?.work.map(({ graph }) => graph).sort()).toEqual(['reduce', 'relate']);
  });
});
