/**
 * How long outputs pause when a RELATE shard with many alerts changes its owner, on a real Kafka and Redis: two workers, of
 * which the owner is asked to end, in turn. Each fingerprint stands in about eight keys of the store; the last line says how
 * many there are. Prints the rows of bench/results/guarantee.md.
 *
 * npx tsx bench/hand-over.ts [fingerprints] [hand-overs]
 */
import { setTimeout } from 'node:timers/promises';
import type { ProduceRecord } from '../pipeline/broker/index.ts';
import { framedLength } from '../pipeline/registry/index.ts';
import { openRedisStateStore, redisOptionsOf } from '../pipeline/state/index.ts';
import { codecs } from '../schemas/avro/index.ts';
import { topics } from '../schemas/topics.ts';
import { untilRunning } from '../test/chaos/run/drain.ts';
import { type Ground, prepareGround } from '../test/chaos/run/ground.ts';
import { WorkerProcess } from '../test/chaos/run/worker-process.ts';

const [keys = 100_000, handOvers = 20] = process.argv.slice(2).map(Number);
const hourMs = 3_600_000;
const probeEveryMs = 20;
/** Long enough for a hand-over of so many keys, and for the one that ended to come back. */
const settleMs = 6_000 + keys / 10;

/** One RELATE shard, whose keys stay: cells of an hour, and nothing that keeps a telling back. */
function configured({
  dedupe,
  suppress,
  worker,
  broker,
  ...usual
}: Parameters<NonNullable<Parameters<typeof prepareGround>[0]['configured']>>[0]) {
  return {
    ...usual,
    dedupe: { windowMs: hourMs, latenessMs: 60_000, resolveReachMs: hourMs },
    suppress: { storm: { isOn: false } },
    worker: { ...Object(worker), graphs: ['reduce', 'relate'] },
    broker: { ...broker, rawPartitions: 2, reducedPartitions: 1 },
  };
}

/** A raw alert of a fingerprint of its own. */
function alertOf(id: number, { rawSchema }: Ground): ProduceRecord {
  const value = codecs.raw.encodeFramed(rawSchema, {
    ...{ tenant: 'acme', source: 'bench', name: `Alert-${id % 50}`, severity: 'medium' },
    labels: { host: `host-${id}`, service: `service-${Math.floor(id / 50)}` },
    ...{ annotations: {}, generatorUrl: '', status: 'firing', observedAt: null, startsAt: null },
    ...{ endsAt: null, value: null, id: '' },
  });
  return { topic: topics.raw.name, key: null, value };
}

/** Reads when outputs were written, as they come. */
async function watchOutputs({
  broker,
}: Ground): Promise<{ readonly times: number[]; stop(): Promise<void> }> {
  const times: number[] = [];
  const consumer = broker.consumer({
    ...{ group: 'bench-hand-over', topics: [topics.enriched.name] },
    ...{ maxBatchRecords: 10_000, maxBatchBytes: 1 << 22, isolation: 'read_committed' },
  });
  let mark = { offset: -1, n: -1 };
  await consumer.start({
    onAssigned: async () => {},
    onRevoked: async () => {},
    onBatch: async ({ records }) => {
      for (const { timestamp, value } of records) {
        const { origin } = codecs.enriched.decode(value ?? new Uint8Array(), framedLength);
        // Repeats say nothing about when work went on.
        if (origin.offset < mark.offset || (origin.offset === mark.offset && origin.n <= mark.n)) continue;
        mark = origin;
        times.push(timestamp);
      }
    },
    onFailure: (error) => {
      throw error;
    },
  });
  return { times, stop: () => consumer.stop() };
}

/** The longest time without an output that ends after `from`. Throws when none came: then nothing was measured. */
function pauseAfter(times: readonly number[], from: number): number {
  let longest = 0;
  for (let i = 1; i < times.length; i += 1) {
    const [before = 0, after = 0] = [times[i - 1], times[i]];
    if (after >= from) longest = Math.max(longest, after - before);
  }
  if (longest === 0) throw new Error(`no output came in ${settleMs / 1_000} s: see the logs of the workers`);
  return longest;
}

async function storedRows({ services }: Ground, graph: string, partition: number): Promise<number> {
  const store = await openRedisStateStore({
    ...redisOptionsOf(services.addresses.redis),
    nonce: () => 'bench',
  });
  const { lease } = await store.fence({ graph, partition });
  let rows = 0;
  for await (const chunk of store.load(lease)) rows += chunk.length;
  await store.close();
  return rows;
}

function summary(name: string, pauses: readonly number[]): string {
  const sorted = [...pauses].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return `| ${name} | ${sorted.length} | ${at(0.5)} | ${at(0.9)} | ${sorted.at(-1) ?? 0} | ${sorted[0] ?? 0} |\n`;
}

interface Pauses {
  readonly steady: readonly number[];
  readonly leaves: readonly number[];
  readonly joins: readonly number[];
}

async function handOver(ground: Ground): Promise<Pauses> {
  const producer = ground.broker.producer();
  let next = 0;
  const running = new Set<WorkerProcess>();
  const start = (name: string) => {
    const worker = new WorkerProcess({
      ...{ name, folder: ground.folder, config: ground.configFile, args: [] },
      onDeath: ({ code }) => process.stderr.write(`${name} ended by itself with ${code}\n`),
    });
    running.add(worker);
    return worker;
  };
  let isOver = false;
  try {
    let owner = start('worker-a');
    await untilRunning(ground.broker, 120_000);
    const outputs = await watchOutputs(ground);
    for (; next < keys; next += 1_000)
      await producer.send(Array.from({ length: 1_000 }, (_, i) => alertOf(next + i, ground)));
    while (outputs.times.length < keys) await setTimeout(500);
    process.stderr.write(`${keys} keys are there\n`);
    let other = start('worker-b');
    const probes = (async () => {
      for (; !isOver; next += 1) {
        await producer.send([alertOf(next, ground)]);
        await setTimeout(probeEveryMs);
      }
    })();
    await setTimeout(settleMs * 2);
    const quiet = outputs.times.slice(-500);
    const steady = quiet.slice(1).map((time, i) => time - (quiet[i] ?? time));
    const leaves: number[] = [];
    const joins: number[] = [];
    for (let i = 0; i < handOvers; i += 1) {
      const leftAt = Date.now();
      const { name } = owner;
      const ended = owner.stop();
      await setTimeout(settleMs);
      leaves.push(pauseAfter(outputs.times, leftAt));
      await ended;
      const joinedAt = Date.now();
      // The one that stayed owns the shard now; the one that comes back will be next.
      owner = other;
      other = start(name);
      await setTimeout(settleMs);
      joins.push(pauseAfter(outputs.times, joinedAt));
      process.stderr.write(`leave ${leaves.at(-1)} ms, join ${joins.at(-1)} ms\n`);
    }
    isOver = true;
    await probes;
    await outputs.stop();
    return { steady, leaves, joins };
  } finally {
    isOver = true;
    await Promise.all(Array.from(running, (worker) => worker.stop()));
  }
}

const ground = await prepareGround({ brokers: 1, mode: 'effectively-once', windowMs: 20_000, configured });
let isWorthKeeping = true;
try {
  const { steady, leaves, joins } = await handOver(ground);
  const rows = await Promise.all([
    storedRows(ground, 'relate', 0),
    storedRows(ground, 'reduce', 0),
    storedRows(ground, 'reduce', 1),
  ]);
  process.stdout.write(
    '| what | times | median ms | 90 % ms | longest ms | shortest ms |\n|---|---|---|---|---|---|\n',
  );
  process.stdout.write(summary('steady, between two outputs', steady));
  process.stdout.write(summary('the owner leaves', leaves));
  process.stdout.write(summary('another joins', joins));
  process.stdout.write(`rows stored: relate/0 ${rows[0]}, reduce/0 ${rows[1]}, reduce/1 ${rows[2]}\n`);
  isWorthKeeping = false;
} finally {
  await ground.close({ services: false, logs: isWorthKeeping });
}
process.exit(0);
