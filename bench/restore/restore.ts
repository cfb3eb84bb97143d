import { cpuUs } from '../harness/cpu.ts';
import { id, newShard, openStore, type RestoreOrder } from './shard.ts';

export interface Restored {
  readonly rows: number;
  readonly loadS: number;
  readonly deriveS: number;
  readonly cpuS: number;
  readonly rssMiB: number;
}

/** What a new owner does: fences, loads, decodes, builds its indexes. */
export async function measure(order: RestoreOrder): Promise<Restored> {
  const store = await openStore(order);
  const cpuBefore = cpuUs();
  const startedAt = performance.now();
  const shard = newShard();
  const { lease } = await store.fence(id);
  let rows = 0;
  for await (const chunk of store.load(lease)) {
    rows += chunk.length;
    shard.restore(chunk);
  }
  const loadS = (performance.now() - startedAt) / 1_000;
  shard.restored();
  const wholeS = (performance.now() - startedAt) / 1_000;
  const cpuS = (cpuUs() - cpuBefore) / 1e6;
  await store.close();
  return { rows, loadS, deriveS: wholeS - loadS, cpuS, rssMiB: process.memoryUsage.rss() / 2 ** 20 };
}
