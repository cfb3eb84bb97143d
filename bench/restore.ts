/**
 * How long a REDUCE shard with many keys takes to be restored from a real Redis: fenced, loaded, its rows decoded, its indexes
 * built. Each restore has a process of its own, as a new owner is one. Prints the rows of bench/results/guarantee.md.
 *
 * npx tsx bench/restore.ts [keys] [times]
 */
import { randomUUID } from 'node:crypto';
import { measureApart } from './harness/apart.ts';
import type { Restored } from './restore/restore.ts';
import type { RestoreOrder } from './restore/shard.ts';

const [keys = 1_000_000, times = 3] = process.argv.slice(2).map(Number);
const redis = process.env['REDIS_URL'];
if (redis === undefined) throw new Error('set REDIS_URL: eval "$(npm run --silent services -- env)"');
const order: RestoreOrder = { redis, prefix: `bench-${randomUUID()}`, keys };
const nodeFlags = ['--max-old-space-size=8192'];

await measureApart({ module: new URL('./restore/fill.ts', import.meta.url), order, nodeFlags });
process.stdout.write(
  '| keys | rows | load and decode s | indexes s | whole s | CPU s | RSS MiB |\n|---|---|---|---|---|---|---|\n',
);
for (let i = 0; i < times; i += 1) {
  const module = new URL('./restore/restore.ts', import.meta.url);
  const { rows, loadS, deriveS, cpuS, rssMiB } = await measureApart<Restored>({ module, order, nodeFlags });
  const cells = [
    ...[keys, rows].map((count) => count.toLocaleString('en-US')),
    ...[loadS, deriveS, loadS + deriveS, cpuS].map((seconds) => seconds.toFixed(1)),
    rssMiB.toFixed(0),
  ];
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}
