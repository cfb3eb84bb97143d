import { describe, expect, test } from 'vitest';
import { finalOccurrences, readOutputs, valuesOf } from '../support/outputs.ts';
import { alert } from '../support/story-input.ts';
import { type Arriving, dawn, minute, second, World } from '../support/virtual-world.ts';
import { runSpread } from './spread.ts';
import { pairF1 } from './verify/pair-f1.ts';

const load = {
  ...{ seed: 3, alerts: 3_000, everyMs: 400, troubles: 6, alertsPerTrouble: 60, oddShare: 0.01 },
  config: { worker: { heartbeatMs: 10_000 } },
};

describe('the same alerts, without keys, over one raw partition or many', () => {
  test.each([4, 12])(
    'end as the same occurrences over %d, in the same incidents, each accounted for',
    async (rawPartitions) => {
      const one = await runSpread({ ...load, rawPartitions: 1 });
      const many = await runSpread({ ...load, rawPartitions });
      expect(many.finals.differencesFrom(one.finals)).toEqual({ count: 0, sentences: [] });
      expect([many.finals.late, many.finals.size]).toEqual([one.finals.late, one.finals.size]);
      expect(one.finals.late).toBeGreaterThan(0);
      const score = pairF1(many.finals.memberships(), one.finals.memberships());
      expect(score.f1).toBeGreaterThanOrEqual(0.99);
      expect(score.expected).toBeGreaterThan(100);
      const sum = Object.values(many.counts.outcomes).reduce((all, count) => all + count, 0);
      expect(sum - many.counts.outcomes.noted).toBe(load.alerts);
    },
  );
});

describe('what is given up (protocol.md 3): what is told on the way, never what is true in the end', () => {
  /** Firing, resolved, firing again within one cell; the resolve may stand in another partition than what it cuts. */
  const again = (resolveIn: number): readonly Arriving[] => [
    alert({ at: 0, partition: 0 }),
    alert({ at: 10 * second, status: 'resolved', partition: resolveIn }),
    alert({ at: 20 * second, partition: 0 }),
  ];

  async function told(arriving: readonly Arriving[]) {
    const world = await World.open({ rawPartitions: 2, reducedPartitions: 1 });
    await world.start();
    await world.run(arriving, { until: dawn + 30 * second });
    const soon = valuesOf(await readOutputs(world), 'enriched').map(({ emitReason }) => emitReason);
    await world.run([], { until: dawn + 20 * minute });
    const outputs = await readOutputs(world);
    return { soon, finals: finalOccurrences(outputs) };
  }

  test('where firing and resolved share a partition, the second occurrence is told at once', async () => {
    expect((await told(again(0))).soon).toEqual(['first', 'resolved', 'first']);
  });

  test('where they do not, it is told when its run is stated again', async () => {
    expect((await told(again(1))).soon).toEqual(['first', 'resolved']);
  });

  test('in the end both are two occurrences of one alert each', async () => {
    const { finals } = await told(again(1));
    expect(finals).toEqual((await told(again(0))).finals);
    expect(finals.map(({ count }) => count)).toEqual([1, 1]);
  });
});
