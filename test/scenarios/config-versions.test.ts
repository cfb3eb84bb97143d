import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../pipeline/config/index.ts';
import { configOf, versionOf } from '../../pipeline/config-version.ts';
import { codecs } from '../../schemas/avro/index.ts';
import { relateAgain } from '../support/crash-runs.ts';
import { CrashPlan } from '../support/crashing-ports.ts';
import { bytesOf, differences, readOutputs, valuesOf } from '../support/outputs.ts';
import { story } from '../support/story-input.ts';
import { dawn, minute, quickConfig, second, World } from '../support/virtual-world.ts';

const input = story(3, 10);
const end = dawn + 45 * minute;
const quiet = {
  id: 'quiet',
  matchers: '{severity="medium"}',
  endsAt: dawn + 1000 * minute,
};
const before = quickConfig();
const after = quickConfig({ suppress: { silences: [quiet] }, correlate: { joinAt: 0.9 } });

/** Runs the story; at each of the minutes given, the worker is replaced by one with the other configuration. */
async function run(minutes: readonly number[], replace: 'stop' | 'drop', wipes = false): Promise<World> {
  const world = await World.open({
    operators: before,
    settings: { checkpointEveryMs: 10 * second, snapshotEveryMs: 2 * minute, snapshotEveryRecords: 500 },
  });
  let worker = await world.start();
  let at = 0;
  await world.run(input, {
    until: end,
    onTick: async (tick) => {
      if (tick < dawn + (minutes[at] ?? Number.POSITIVE_INFINITY) * minute) return;
      at += 1;
      await world[replace](worker);
      if (wipes) world.embedded.state.wipe();
      worker = await world.start({ operators: at % 2 === 1 ? after : before });
      await world.embedded.broker.idle();
    },
  });
  return world;
}

const versionsIn = async (world: World) =>
  (await world.read('reduced')).map((records) =>
    records.flatMap(({ value }) => {
      const fact = codecs.reduced.decode(value ?? new Uint8Array(), 5);
      return fact.kind === 'config' ? [fact.hash] : [];
    }),
  );

describe('another configuration', () => {
  test.each([
    ['after an orderly stop', 'stop', false],
    ['after a crash', 'drop', false],
    ['after a crash that took the stored state along', 'drop', true],
  ] as const)('%s acts from a record of the log on, whoever reads it', async (_when, replace, wipes) => {
    const world = await run([7, 14], replace, wipes);
    expect(world.failures).toEqual([]);
    const { hash: first } = versionOf(before);
    const { hash: second } = versionOf(after);
    for (const versions of await versionsIn(world)) {
      expect(new Set(versions)).toEqual(new Set([first, second]));
      expect(versions[0]).toBe(second);
    }
    const again = await relateAgain(await world.read('reduced'), { operators: before }, new CrashPlan());
    const outputs = await readOutputs(world);
    expect(differences(bytesOf(outputs), bytesOf(await readOutputs(again)))).toEqual([]);
    // It did act.
    expect(valuesOf(outputs, 'decisions').some(({ rule }) => rule === 'quiet')).toBe(true);
  });

  test('is no record where nothing changed', async () => {
    const world = await run([], 'stop');
    for (const worker of [...world.workers]) await world.stop(worker);
    await world.start();
    await world.embedded.broker.idle();
    expect(await versionsIn(world)).toEqual([[], []]);
  });
});

describe('a version', () => {
  const example = loadConfig({ path: 'deploy/example/tocsin.yaml', env: {}, readFile: readFileSync });

  test.each([
    ['defaults', before],
    ['rules and tables', example],
  ])('of %s is read back as the configuration that it was made of', (_name, config) => {
    const { normalize, fingerprint, ...sections } = config;
    expect(configOf(versionOf(config), { ...before, normalize, fingerprint })).toMatchObject(
      Object.fromEntries(
        Object.entries(sections).filter(([name]) => name in before && name in versionSections),
      ),
    );
  });

  test('has the same name for equal configurations only', () => {
    expect(versionOf(quickConfig()).hash).toBe(versionOf(before).hash);
    expect(versionOf(after).hash).not.toBe(versionOf(before).hash);
  });

  test('that does not fit into a record is refused', () => {
    const noise = Array.from({ length: 80_000 }, (_, i) => ({
      host: `${Math.sin(i)}`,
      team: `${Math.cos(i)}`,
    }));
    const table = { name: 't', match: { host: 'host' }, sets: { owner: 'team' }, rows: noise };
    const big = quickConfig({ enrich: { tables: [table] } });
    expect(() => versionOf(big)).toThrow('does not fit into a record');
  });

  test('that this release cannot read is refused', () => {
    const odd = versionOf({ ...before, score: { ...before.score, nonsense: 1 } as typeof before.score });
    expect(() => configOf(odd, before)).toThrow('newer version');
  });
});

const versionSections: Readonly<Record<string, true>> = {
  ...{ dedupe: true, enrich: true, correlate: true, score: true },
  ...{ suppress: true, aggregate: true, publish: true },
};
