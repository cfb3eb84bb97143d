import { beforeAll, describe, expect, test } from 'vitest';
import type { OperatorConfigs } from '../../pipeline/topology.ts';
import type { Worker } from '../../pipeline/worker/index.ts';
import { codecs } from '../../schemas/avro/index.ts';
import type { Control } from '../../schemas/control.ts';
import { type TopicId, topics } from '../../schemas/topics.ts';
import { type Recorded, relateAgain, runCrashing } from '../support/crash-runs.ts';
import { CrashPlan } from '../support/crashing-ports.ts';
import {
  type Bytes,
  bytesOf,
  bytesOfRecord,
  differences,
  finalsOf,
  type Outputs,
  outcomeTotals,
  readOutputs,
} from '../support/outputs.ts';
import { pickNumbers } from '../support/random.ts';
import { alert, inOrder, story } from '../support/story-input.ts';
import { type During, dawn, minute, quickConfig, second, World } from '../support/virtual-world.ts';

/** Half an hour of the demo's company on one domain, and two small tenants beside it, so that both shards have work. */
const input = inOrder(
  story(2, 10),
  ['globex', 'initech', 'umbrella'].flatMap((tenant, index) => smallTenant(tenant, index)),
);
/** Well behind the last window, and before anything falls out of the log by its age. */
const end = dawn + 55 * minute;

function smallTenant(tenant: string, index: number) {
  const labels = { host: `db-${index}`, tenantOf: tenant };
  return Array.from({ length: 24 }, (_, step) =>
    alert({
      at: (index + 1) * 7 * second + step * 71 * second,
      name: step % 5 === 4 ? 'SlowQueries' : 'DiskFull',
      severity: step % 7 === 3 ? 'critical' : 'medium',
      status: step % 6 === 5 ? 'resolved' : 'firing',
      value: 90 + step,
      labels: { ...labels, tenant },
      ...(step % 8 === 7 ? { observedAt: step * 71 * second - 3 * minute } : {}),
    }),
  ).map((arriving) => ({ ...arriving, value: withTenant(arriving.value, tenant) }));
}

function withTenant(value: Uint8Array | null, tenant: string): Uint8Array {
  return Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(value ?? []).toString()), tenant }));
}

const operators: OperatorConfigs = quickConfig({
  suppress: {
    storm: { threshold: 12, calmMs: 2 * minute },
    inhibitRules: [
      {
        name: 'critical-explains-medium',
        sourceMatchers: '{severity="critical"}',
        targetMatchers: '{severity="medium"}',
        equal: ['host'],
        location: 'test:1',
      },
    ],
  },
});

/** Silences come and go while alerts arrive. */
const controls: readonly (readonly [number, Control])[] = [
  [dawn + 4 * minute, silence('quiet-globex', 'globex')],
  [dawn + 9 * minute, silence('quiet-acme', 'acme')],
  [dawn + 12 * minute, { ...dated('quiet-acme', 'acme'), kind: 'withdrawal' }],
];

function dated(id: string, tenant: string) {
  return { id, tenant, createdBy: 'ada', comment: '' };
}

function silence(id: string, tenant: string): Control {
  const matchers = [{ name: 'severity', op: '=' as const, value: 'medium' }];
  const span = { startsAt: dawn, endsAt: dawn + 20 * minute };
  return { ...dated(id, tenant), kind: 'silence', matchers, ...span };
}

async function runWhole(world: World, during: During = {}): Promise<World> {
  let told = 0;
  await world.run(input, {
    ...during,
    until: end,
    onTick: async (tick) => {
      await during.onTick?.(tick);
      for (; (controls[told]?.[0] ?? Number.POSITIVE_INFINITY) < tick; told += 1)
        await control(world, controls[told]?.[1]);
      await during.onIdle?.();
    },
  });
  return world;
}

async function control(world: World, value: Control | undefined): Promise<void> {
  if (value === undefined) return;
  const key = Buffer.from(value.id);
  const { subject, schema } = codecs.control;
  const id = await world.embedded.registry.register(subject, schema);
  await world.send([{ topic: topics.control.name, key, value: codecs.control.encodeFramed(id, value) }]);
}

const openWorld = () => World.open({ operators });

async function uninterrupted(): Promise<World> {
  const world = await openWorld();
  await world.start();
  return runWhole(world);
}

describe('one input has one output', () => {
  let first: World;
  let outputs: Outputs;
  let expected: Bytes;
  let recorded: Recorded;
  beforeAll(async () => {
    first = await uninterrupted();
    outputs = await readOutputs(first);
    expected = bytesOf(outputs);
    recorded = await first.read('reduced');
  });

  test('the input is worth the name: every topic in both shards, every outcome', () => {
    expect(first.failures).toEqual([]);
    expect(Object.entries(expected).filter(([, records]) => records.length === 0)).toEqual([]);
    const { passed, folded, suppressed } = outcomeTotals(outputs);
    expect(Math.min(passed ?? 0, folded ?? 0, suppressed ?? 0)).toBeGreaterThan(10);
    const open = finalsOf(outputs).occurrences.filter((one) => !one.isFinal && one.status === 'firing');
    expect(open).toEqual([]);
  });

  test('the whole chain run twice writes the same bytes into every topic', async () => {
    const second = await uninterrupted();
    expect(differences(await everyByte(second), await everyByte(first))).toEqual([]);
  });

  test('RELATE run again over the recorded log writes the same bytes', async () => {
    const again = await relateAgain(recorded, { operators }, new CrashPlan());
    expect(
      differences(logBytes('reduced', await again.read('reduced')), logBytes('reduced', recorded)),
    ).toEqual([]);
    expect(differences(bytesOf(await readOutputs(again)), expected)).toEqual([]);
  });

  test('RELATE cut at 100 random points writes the same bytes behind position marks', async () => {
    const counting = new CrashPlan();
    await relateAgain(recorded, { operators }, counting);
    let cuts = 0;
    for (let seed = 0; cuts < 100; seed += 1) {
      const plan = new CrashPlan(pickNumbers(seed, 30, counting.moments));
      const again = await relateAgain(recorded, { operators }, plan);
      expect(differences(bytesOf(await readOutputs(again)), expected), `seed ${seed}`).toEqual([]);
      cuts += plan.crashes;
    }
  });

  test('the whole chain cut at random points ends with the same occurrences, outcomes, windows and incidents', async () => {
    const counting = new CrashPlan();
    const whole = await openWorld();
    await runCrashing(whole, counting, (during) => runWhole(whole, during));
    expect(finalsOf(await readOutputs(whole))).toEqual(finalsOf(outputs));
    for (const [seed, cuts] of [3, 10, 30].entries()) {
      const world = await openWorld();
      const plan = new CrashPlan(pickNumbers(seed, cuts, counting.moments));
      await runCrashing(world, plan, (during) => runWhole(world, during));
      expect(plan.crashes).toBeGreaterThan(cuts / 2);
      expect(finalsOf(await readOutputs(world)), `seed ${seed}`).toEqual(finalsOf(outputs));
    }
  });

  test('a worker that is stopped and started again every two minutes changes nothing in the end', async () => {
    const world = await openWorld();
    let worker = await world.start();
    let restartAt = dawn;
    await runWhole(world, {
      onTick: async (tick) => {
        if (tick < restartAt) return;
        restartAt = tick + 2 * minute;
        await world.stop(worker);
        worker = await world.start();
      },
    });
    expect([world.failures, world.troubles]).toEqual([[], []]);
    expect(finalsOf(await readOutputs(world))).toEqual(finalsOf(outputs));
  });

  test('two workers that share the partitions, one coming and going, change nothing in the end', async () => {
    const world = await openWorld();
    await world.start();
    let other: Worker | null = null;
    let changeAt = dawn + minute;
    let comings = 0;
    await runWhole(world, {
      onTick: async (tick) => {
        if (tick < changeAt) return;
        changeAt = tick + 3 * minute;
        if (other === null) {
          other = await world.start();
          await world.embedded.broker.idle();
        } else {
          // In turns in an orderly way and as a crash would.
          await (comings % 2 === 0 ? world.stop(other) : world.drop(other));
          other = null;
          comings += 1;
        }
      },
    });
    expect([world.failures, world.troubles]).toEqual([[], []]);
    expect(comings).toBeGreaterThan(4);
    expect(finalsOf(await readOutputs(world))).toEqual(finalsOf(outputs));
  });
});

/** All bytes of all topics, with offsets and times. */
async function everyByte(world: World): Promise<Bytes> {
  const names = Object.keys(topics) as TopicId[];
  const logs = await Promise.all(names.map(async (topic) => logBytes(topic, await world.read(topic))));
  return Object.assign({}, ...logs);
}

function logBytes(topic: TopicId, log: Recorded): Bytes {
  const lines = log.map((records) =>
    records.map((record) => `${record.offset}@${record.timestamp} ${bytesOfRecord(record)}`),
  );
  return Object.fromEntries(lines.map((line, partition) => [`${topic}/${partition}`, line]));
}
