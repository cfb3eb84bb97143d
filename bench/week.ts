/**
 * A week of idle and busy phases, and another of rest, in virtual time: a whole worker on embedded neighbours that keep their
 * topics as long as Kafka would. Prints what is held after each phase, as the table of bench/results/guarantee.md.
 *
 * npx tsx bench/week.ts [alerts per busy phase]
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ConfigTree } from '../pipeline/config/index.ts';
import { type Embedded, openEmbedded } from '../pipeline/embedded.ts';
import { VirtualClock } from '../pipeline/time/index.ts';
import { Worker } from '../pipeline/worker/index.ts';
import { topics } from '../schemas/topics.ts';
import { AlertSource } from '../test/chaos/load/alert-source.ts';

const [alertsPerPhase = 30_000] = process.argv.slice(2).map(Number);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const tickMs = 10_000;
const startAt = Date.UTC(2026, 0, 5);
/** Hours of the week at which a busy phase of two hours begins; the last nights are long. */
const busyAt = [2, 10, 26, 34, 50, 74, 82, 130, 138];
const busyMs = 2 * hourMs;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const config = ConfigTree.parse({ worker: { heartbeatMs: tickMs } });
const clock = new VirtualClock(startAt);
const embedded = await openEmbedded({
  ...{ clock, rawPartitions: 3, reducedPartitions: 2, retain: 'all', arrival: 'append' },
});
const fail = (error: Error): never => {
  throw error;
};
const worker = await Worker.open({
  ...{ instance: 'week', graphs: ['reduce', 'relate'], operators: config, settings: config.worker },
  ports: { broker: embedded.broker, state: embedded.state, clock },
  registry: embedded.registry,
  rawDecoder: embedded.rawDecoder,
  onFailure: fail,
  onTrouble: (code, detail) => fail(new Error(`${code}: ${detail}`)),
});
await worker.start();

const source = new AlertSource({ seed: 1, troubles: 40, alertsPerTrouble: 200, oddShare: 0.001 });
const producer = embedded.broker.producer();
const rawSchema = 1;
let entered = 0;

/** Moves time to `until`, with alerts coming in evenly on the way. */
async function pass(until: number, alerts: number): Promise<void> {
  const [from, before] = [clock.now(), entered];
  while (clock.now() < until) {
    const tick = Math.min(until, clock.now() + tickMs);
    const due = Math.floor((alerts * (tick - from)) / (until - from));
    for (; entered < before + due; entered += 1) {
      const value = source.next()(rawSchema, clock.now());
      await producer.send([{ topic: topics.raw.name, partition: entered % 3, key: null, value }]);
    }
    await embedded.broker.idle();
    clock.advanceTo(tick);
    await worker.beat();
    await embedded.broker.idle();
  }
}

const keptTopics = ['reduced', 'snapshots', 'raw', 'enriched', 'decisions'] as const;
const count = (value: number) => value.toLocaleString('en-US');

async function held({ broker }: Embedded, topic: (typeof keptTopics)[number]): Promise<number> {
  const { name } = topics[topic];
  let records = 0;
  for (let partition = 0; partition < (await broker.admin.partitions(name)); partition += 1) {
    const { low, high } = await broker.admin.watermarks({ topic: name, partition });
    records += high - low;
  }
  return records;
}

function storedKeys({ state }: Embedded): number {
  let keys = 0;
  for (const { tables } of state.snapshot().shards.values())
    for (const rows of tables.values()) keys += rows.size;
  return keys;
}

async function say(phase: string): Promise<void> {
  collect();
  const { rows, timers, outcomes } = worker.counts();
  const decided = Object.values(outcomes).reduce((sum, alerts) => sum + alerts, 0) - outcomes.noted;
  const kept = await Promise.all(keptTopics.map((topic) => held(embedded, topic)));
  const heapMb = (process.memoryUsage().heapUsed / 1e6).toFixed(0);
  const day = ((clock.now() - startAt) / dayMs).toFixed(2);
  const cells = [
    day,
    phase,
    ...[entered, decided, rows, timers, storedKeys(embedded), ...kept].map(count),
    heapMb,
  ];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

const heading = [
  'day',
  'phase',
  'alerts',
  'with their outcome',
  'rows',
  'timers',
  'stored keys',
  ...keptTopics,
  'heap MB',
];
process.stdout.write(`| ${heading.join(' | ')} |\n|${'---|'.repeat(heading.length)}\n`);
await say('start');
for (const [index, hour] of busyAt.entries()) {
  await pass(startAt + hour * hourMs, 0);
  if (index > 0) await say('idle');
  await pass(clock.now() + busyMs, alertsPerPhase);
  await say('busy');
}
await pass(startAt + 7 * dayMs, 0);
await say('idle');
await pass(startAt + 15 * dayMs, 0);
await say('rest');
await worker.stop();
