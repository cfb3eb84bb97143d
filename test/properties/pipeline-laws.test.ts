import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrivals, byName, type Observation, observations, quietEnd } from '../support/alert-streams.ts';
import {
  bytesOf,
  differences,
  finalOccurrences,
  finalsOf,
  type Outputs,
  outcomeTotals,
  readOutputs,
  valuesOf,
} from '../support/outputs.ts';
import { type Arriving, type During, dawn, quickConfig, tickMs, World } from '../support/virtual-world.ts';

const partitions = 2;
const runs = { numRuns: 25 };

async function outputsOf(
  arriving: readonly Arriving[],
  { rawPartitions = partitions, during = () => ({}) }: Options = {},
): Promise<Outputs> {
  const world = await World.open({ rawPartitions, operators });
  await world.start();
  await world.run(arriving, { until: quietEnd, ...during(world) });
  expect([world.failures, world.troubles]).toEqual([[], []]);
  return readOutputs(world);
}

interface Options {
  readonly rawPartitions?: number;
  readonly during?: (world: World) => During;
}

const operators = quickConfig({
  fingerprint: { drop: [{ name: 'nobody asked', matchers: ['severity="info"'] }] },
  suppress: {
    silences: [
      { id: 'quiet', matchers: '{name="Plain-3"}', startsAt: dawn, endsAt: quietEnd, location: 'test:1' },
    ],
  },
});

/** What may not change when an alert is sent twice: everything but counts, means and last times. */
function withoutCounts(outputs: Outputs) {
  return finalOccurrences(outputs).map(({ count: _count, lastSeen: _last, valueStats, ...occurrence }) => {
    const { mean: _mean, ...values } = valueStats ?? { mean: 0 };
    return { ...occurrence, values };
  });
}

/** How often each occurrence was told of for each reason but the final one, whatever the order. */
function tellings(outputs: Outputs): string[] {
  return [...valuesOf(outputs, 'enriched'), ...valuesOf(outputs, 'suppressed')]
    .map(({ occurrence, emitReason }) => `${occurrence} ${emitReason}`)
    .sort();
}

describe('the whole pipeline', () => {
  test('replay gives the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(observations, async (all) => {
        const input = arrivals(all, byName(partitions));
        expect(differences(bytesOf(await outputsOf(input)), bytesOf(await outputsOf(input)))).toEqual([]);
      }),
      runs,
    );
  });

  test('duplicates change nothing but counts, means and last times', async () => {
    const doubled = observations.chain((all) => fc.tuple(fc.constant(all), fc.subarray(all)));
    await fc.assert(
      fc.asyncProperty(doubled, async ([all, again]) => {
        const once = await outputsOf(arrivals(all, byName(partitions)));
        const twice = await outputsOf(arrivals([...all, ...again], byName(partitions)));
        expect(withoutCounts(twice)).toEqual(withoutCounts(once));
        expect(tellings(twice)).toEqual(tellings(once));
      }),
      runs,
    );
  });

  test('order within the allowed lateness changes no occurrence', async () => {
    const delays = fc.array(fc.integer({ min: 0, max: 9_000 }), { minLength: 30, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(observations, delays, async (all, others) => {
        const delayed = all.map(
          (one, index): Observation => ({
            ...one,
            delayMs: one.startsAt === null ? (others[index] ?? 0) : 0,
          }),
        );
        const a = await outputsOf(arrivals(all, byName(partitions)));
        const b = await outputsOf(arrivals(delayed, byName(partitions)));
        expect(finalOccurrences(b)).toEqual(finalOccurrences(a));
      }),
      runs,
    );
  });

  test('spreading over partitions changes no occurrence', async () => {
    await fc.assert(
      fc.asyncProperty(observations, fc.infiniteStream(fc.nat({ max: 3 })), async (all, stream) => {
        const places = Array.from(all, () => stream.next().value ?? 0);
        const [one, ...others] = await Promise.all(
          [1, 2, 4].map((rawPartitions) =>
            outputsOf(
              arrivals(all, (_, index) => (places[index] ?? 0) % rawPartitions),
              { rawPartitions },
            ),
          ),
        );
        for (const other of others)
          expect(other && finalOccurrences(other)).toEqual(one && finalOccurrences(one));
      }),
      runs,
    );
  });

  test('a restart at any tick, in an orderly way or by a crash, loses and repeats nothing', async () => {
    const restarts = fc.dictionary(fc.nat({ max: 60 }).map(String), fc.boolean(), { minKeys: 1, maxKeys: 8 });
    await fc.assert(
      fc.asyncProperty(observations, restarts, async (all, isCrashAt) => {
        const input = arrivals(all, byName(partitions));
        const interrupted = await outputsOf(input, {
          during: (world) => ({ onTick: restarting(world, isCrashAt) }),
        });
        expect(finalsOf(interrupted)).toEqual(finalsOf(await outputsOf(input)));
      }),
      runs,
    );
  });

  test('every alert has one outcome: passed, folded, suppressed or dead-lettered', async () => {
    const garbage = fc.array(
      fc.constantFrom('', '{', '{"name":"Noise","severity":"info"}', '[{"name":"A"},{}]'),
      {
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(observations, garbage, async (all, texts) => {
        const world = await World.open({ rawPartitions: partitions, operators });
        await world.start();
        const noise = texts.map((text, index) => ({ at: dawn + index * tickMs, value: Buffer.from(text) }));
        const input = [...arrivals(all, byName(partitions)), ...noise].sort((a, b) => a.at - b.at);
        await world.run(input, { until: quietEnd });
        const { passed = 0, folded = 0, suppressed = 0 } = outcomeTotals(await readOutputs(world));
        const dead = (await world.read('deadLetters')).flat().length;
        const inMany = texts.filter((text) => text.startsWith('[')).length;
        expect(passed + folded + suppressed + dead).toBe(all.length + texts.length + inMany);
        expect(dead).toBe(texts.filter((text) => !text.includes('Noise')).length);
      }),
      runs,
    );
  });
});

/** Restarts the only worker before the ticks with these numbers: true is a crash. */
function restarting(world: World, isCrashAt: Readonly<Record<string, boolean>>): () => Promise<void> {
  let tick = 0;
  return async () => {
    const isCrash = isCrashAt[String(tick++)];
    const [worker] = world.workers;
    if (isCrash === undefined || worker === undefined) return;
    await (isCrash ? world.drop(worker) : world.stop(worker));
    await world.start();
    await world.embedded.broker.idle();
  };
}
