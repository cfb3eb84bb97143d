import { beforeAll, describe, expect, test } from 'vitest';
import { EmbeddedBroker, type LogRecord } from '../../pipeline/broker/index.ts';
import { VirtualClock } from '../../pipeline/time/index.ts';
import { registerSchemas } from '../../pipeline/worker/schema-ids.ts';
import { codecs } from '../../schemas/avro/index.ts';
import { type TopicId, topics } from '../../schemas/topics.ts';
import { type Recorded, runCrashing } from '../support/crash-runs.ts';
import { CrashPlan } from '../support/crashing-ports.ts';
import { pickNumbers } from '../support/random.ts';
import { type Arriving, dawn, minute, quickConfig, second, World } from '../support/virtual-world.ts';
import { AlertSource } from './load/alert-source.ts';
import { checksOf } from './verify/checks.ts';
import { type DeliveryMode, type Verified, verify } from './verify/verify.ts';

const operators = quickConfig({
  correlate: { resolveDelayMs: 20 * second, reopenWithinMs: minute },
  suppress: {
    silences: [
      {
        id: 'quiet',
        matchers: '{alertname="DiskFull"}',
        startsAt: dawn,
        endsAt: dawn + 60 * minute,
        location: 'test:1',
      },
    ],
  },
});
const settings = {
  heartbeatMs: 10 * second,
  clockSlackMs: 500,
  flushIdleMs: 30 * second,
  checkpointEveryMs: 20 * second,
  maxChangedRows: 10_000,
  snapshotEveryMs: 0,
  snapshotEveryRecords: 1_000,
  batchRecords: 50,
  batchBytes: 1 << 20,
};
const relateGroup = 'tocsin-relate';
/** The id under which the embedded registry knows the schema of raw alerts. */
const rawSchema = 1;

const { input, end } = seeded(1, { alerts: 1_500, everyMs: 200 });

function seeded(seed: number, { alerts, everyMs }: { readonly alerts: number; readonly everyMs: number }) {
  const source = new AlertSource({ seed, troubles: 6, alertsPerTrouble: 60, oddShare: 0.01 });
  const arriving = Array.from({ length: alerts }, (_, i): Arriving => {
    const at = dawn + i * everyMs;
    return { at, value: source.next()(rawSchema, at) };
  });
  return { input: arriving, end: dawn + alerts * everyMs + 20 * minute };
}

/** The whole chain over the input, killed at `cuts` random moments; let go in an orderly way at the end. */
async function torn(cuts: number): Promise<World> {
  const open = () => World.open({ rawPartitions: 3, operators, settings, arrival: 'append' });
  const counting = new CrashPlan();
  const whole = await open();
  await runCrashing(whole, counting, (during) => whole.run(input, { ...during, until: end }));
  const plan = new CrashPlan(pickNumbers(cuts, cuts, counting.moments));
  const world = await open();
  await runCrashing(world, plan, (during) => world.run(input, { ...during, until: end }));
  expect(plan.crashes).toBeGreaterThan(cuts / 2);
  for (const worker of [...world.workers]) await world.stop(worker);
  return world;
}

async function verified(
  world: World,
  broker = world.embedded.broker,
  mode: DeliveryMode = 'effectively-once',
) {
  const { registry, rawDecoder } = world.embedded;
  const schemaIds = await registerSchemas(registry);
  return verify({ broker, mode, operators, settings, schemaIds, rawDecoder, relateGroup });
}

const failing = (found: Verified) => checksOf(found).filter(({ isHeld }) => !isHeld);

describe('a run that was killed thirty times', () => {
  let world: World;
  let found: Verified;
  beforeAll(async () => {
    world = await torn(30);
    found = await verified(world);
  }, 120_000);

  test('passes every check', () => {
    expect(failing(found)).toEqual([]);
  });

  test('was worth verifying: repeats, late alerts, dead letters, every outcome', () => {
    const { folded } = found.found.books.totals;
    const none = Object.entries(found.found.books.totals).filter(([, count]) => count === 0);
    expect(none).toEqual([]);
    expect(folded / input.length).toBeGreaterThan(0.7);
    expect(found.repeats).toBeGreaterThan(0);
    expect(found.found.finals.late).toBeGreaterThan(0);
    expect(found.rawRecords).toBe(input.length);
  });

  type Mutate = (records: readonly LogRecord[], topic: TopicId) => readonly LogRecord[];
  test.each<[string, DeliveryMode, Mutate]>([
    ['an output is missing', 'effectively-once', of('decisions', withoutOne)],
    ['the last output is missing', 'effectively-once', of('enriched', (all) => all.slice(0, -1))],
    ['two outputs changed places', 'effectively-once', of('aggregates', swapped)],
    ['an output has other bytes', 'effectively-once', of('incidents', retold)],
    [
      'an output stands there that nobody wrote',
      'effectively-once',
      of('enriched', (all) => [...all, ...forged(all)]),
    ],
    ['an output is there again', 'exactly-once', of('decisions', (all) => [...all, ...all.slice(-1)])],
  ])('does not pass when %s', async (_name, mode, mutate) => {
    const broker = await copyOf(world, mutate);
    expect(failing(await verified(world, broker, mode)).map(({ name }) => name)).toContain(
      'outputs are byte-identical to a clean rerun over the same reduced log',
    );
  });

  test('does not pass when an alert of the raw log left no trace', async () => {
    const broker = await copyOf(
      world,
      of('raw', (all) => all.toSpliced(40, 0, ...all.slice(40, 41))),
    );
    expect(failing(await verified(world, broker)).map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'every alert has one outcome',
        'final occurrences and counts equal those of an uninterrupted run',
      ]),
    );
  });
});

/** Changes the records of partition 0 of one topic. */
function of(topic: TopicId, change: (all: readonly LogRecord[]) => readonly LogRecord[]) {
  return (records: readonly LogRecord[], of: TopicId) => (of === topic ? change(records) : records);
}

/** Wherever it stands: a crash may have repeated it. */
function withoutOne(all: readonly LogRecord[]): readonly LogRecord[] {
  const gone = Buffer.from(all[all.length >> 1]?.value ?? []);
  return all.filter(({ value }) => value === null || !gone.equals(value));
}

function swapped([first, second, ...rest]: readonly LogRecord[]): readonly LogRecord[] {
  return second === undefined || first === undefined ? rest : [second, first, ...rest];
}

function retold(all: readonly LogRecord[]): readonly LogRecord[] {
  const [first, ...rest] = all;
  if (first?.value == null) return all;
  const incident = codecs.incidents.decode(first.value, 5);
  return [{ ...first, value: codecs.incidents.encodeFramed(1, { ...incident, title: 'another' }) }, ...rest];
}

/** A copy of the last record that claims a later place. */
function forged(all: readonly LogRecord[]): readonly LogRecord[] {
  const last = all.at(-1);
  if (last?.value == null) return [];
  const alert = codecs.enriched.decode(last.value, 5);
  const origin = { ...alert.origin, n: alert.origin.n + 1_000 };
  return [{ ...last, value: codecs.enriched.encodeFramed(2, { ...alert, origin }) }];
}

/** The same log again, with partition 0 of a topic changed. */
async function copyOf(
  world: World,
  mutate: (records: readonly LogRecord[], topic: TopicId) => readonly LogRecord[],
): Promise<EmbeddedBroker> {
  const broker = new EmbeddedBroker({ clock: new VirtualClock(end), retain: 'all' });
  const producer = broker.producer();
  for (const [id, topic] of Object.entries(topics) as [TopicId, (typeof topics)[TopicId]][]) {
    const log: Recorded = await world.read(id);
    // Times as they were, and nothing compacted.
    const settings = { timestamps: 'CreateTime', cleanup: 'delete', retentionMs: 365 * 86_400_000 } as const;
    await broker.admin.ensureTopics([{ name: topic.name, partitions: log.length, ...settings }]);
    for (const [partition, records] of log.entries()) {
      const kept = partition === 0 ? mutate(records, id) : records;
      if (kept.length > 0)
        await producer.send(kept.map((record) => ({ ...record, topic: topic.name, partition })));
    }
  }
  await copyCommits(world, broker);
  return broker;
}

async function copyCommits(world: World, broker: EmbeddedBroker): Promise<void> {
  const topic = topics.reduced.name;
  const consumer = broker.consumer({
    group: relateGroup,
    topics: [topic],
    maxBatchRecords: 1,
    maxBatchBytes: 1,
    isolation: 'read_committed',
  });
  await consumer.start({
    onAssigned: async (assigned) => consumer.pause(assigned),
    onRevoked: async () => {},
    onBatch: async () => {},
    onFailure: (error) => {
      throw error;
    },
  });
  for (let partition = 0; partition < (await broker.admin.partitions(topic)); partition += 1) {
    const place = { topic, partition };
    const committed = await world.embedded.broker.admin.committed(relateGroup, place);
    if (committed !== null) await consumer.commitOffsets([{ ...place, ...committed }]);
  }
  await consumer.stop();
}
