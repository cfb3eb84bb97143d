/**
 * How long a REDUCE shard with many keys takes to be restored from a real Redis: fenced, loaded, its rows decoded, its indexes
 * built. Prints the rows of bench/results/guarantee.md.
 *
 * NODE_OPTIONS=--max-old-space-size=8192 npx tsx bench/restore.ts [keys] [times]
 */
import { randomUUID } from 'node:crypto';
import { ConfigTree } from '../pipeline/config/index.ts';
import { reduceGraph } from '../pipeline/graphs.ts';
import { Shard, type ShardSink } from '../pipeline/shard/index.ts';
import { openRedisStateStore, redisOptionsOf, type StateStore } from '../pipeline/state/index.ts';

const [keys = 1_000_000, times = 3] = process.argv.slice(2).map(Number);
const config = ConfigTree.parse({ dedupe: { windowMs: 3_600_000, latenessMs: 60_000 } });
const at = Date.UTC(2026, 0, 5);
const id = { graph: 'bench-restore', partition: 0 };
const nothing: ShardSink = { output: () => {}, deadLetter: () => {}, assigned: () => {} };
const seconds = (since: number) => (performance.now() - since) / 1_000;
const newShard = () =>
  new Shard(
    reduceGraph(config, () => 'unknown'),
    0,
    nothing,
  );

/** Steps one alert of its own for each key, and stores the rows as a worker does. */
async function fill(store: StateStore): Promise<void> {
  const shard = newShard();
  const { lease } = await store.fence(id);
  let basedOn: string | null = null;
  for (let seq = 1, offset = 0; offset < keys; seq += 1) {
    for (const end = Math.min(keys, offset + 50_000); offset < end; offset += 1) {
      const text = `{"tenant":"acme","source":"bench","name":"Alert-${offset % 50}","severity":"high","labels":{"host":"host-${offset}"}}`;
      shard.step({ offset, timestamp: at, key: null, value: Buffer.from(text), headers: {} });
    }
    const place = { seq, basedOn, offset, from: 0, snapshot: '', mutedUntil: null, isClean: false };
    basedOn = await store.commit(lease, { ...place, changes: shard.takeChanges() });
    process.stderr.write(`${offset} keys stored\n`);
  }
}

interface Restored {
  readonly rows: number;
  readonly loadS: number;
  readonly deriveS: number;
}

async function restore(store: StateStore): Promise<Restored> {
  const startedAt = performance.now();
  const shard = newShard();
  const { lease } = await store.fence(id);
  let rows = 0;
  for await (const chunk of store.load(lease)) {
    rows += chunk.length;
    shard.restore(chunk);
  }
  const loadS = seconds(startedAt);
  shard.restored();
  return { rows, loadS, deriveS: seconds(startedAt) - loadS };
}

const given = process.env['REDIS_URL'];
if (given === undefined) throw new Error('set REDIS_URL: eval "$(npm run --silent services -- env)"');
const store = await openRedisStateStore({
  ...redisOptionsOf(given),
  prefix: `bench-${randomUUID()}`,
  nonce: randomUUID,
});
await fill(store);
process.stdout.write('| keys | rows | load and decode s | indexes s | whole s |\n|---|---|---|---|---|\n');
for (let i = 0; i < times; i += 1) {
  const { rows, loadS, deriveS } = await restore(store);
  const cells = [
    keys.toLocaleString('en-US'),
    rows.toLocaleString('en-US'),
    loadS.toFixed(1),
    deriveS.toFixed(1),
    (loadS + deriveS).toFixed(1),
  ];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
await store.close();
