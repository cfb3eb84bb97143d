import { id, newShard, openStore, type RestoreOrder } from './shard.ts';

const at = Date.UTC(2026, 0, 5);
const perCheckpoint = 50_000;

/** Steps one alert of its own for each key, and stores the rows as a worker does. */
export async function measure(order: RestoreOrder): Promise<true> {
  const store = await openStore(order);
  const shard = newShard();
  const { lease } = await store.fence(id);
  let basedOn: string | null = null;
  for (let seq = 1, offset = 0; offset < order.keys; seq += 1) {
    for (const end = Math.min(order.keys, offset + perCheckpoint); offset < end; offset += 1) {
      const text = `{"tenant":"acme","source":"bench","name":"Alert-${offset % 50}","severity":"high","labels":{"host":"host-${offset}"}}`;
      shard.step({ offset, timestamp: at, key: null, value: Buffer.from(text), headers: {} });
    }
    const place = { seq, basedOn, offset, from: 0, snapshot: '', mutedUntil: null, isClean: false };
    basedOn = await store.commit(lease, { ...place, changes: [...shard.takeChanges()] });
  }
  await store.close();
  return true;
}
