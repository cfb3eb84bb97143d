import { describe, expect, test } from 'vitest';
import { MemoryStateStore } from '../../../pipeline/state/index.ts';
import { stateContract } from '../../contracts/state.ts';
import { checkpoint, rowsOf } from '../../contracts/state-support.ts';

function makeStore(): MemoryStateStore {
  let turn = 0;
  return new MemoryStateStore({ nonce: () => `nonce-${turn++}` });
}

stateContract('MemoryStateStore', async () => makeStore());

const shard = { graph: 'relate', partition: 0 };
const changes = [{ table: 't', key: 'a', value: Uint8Array.from([49]) }];

describe('MemoryStateStore under faults', () => {
  test('it outlives the worker that closes it', async () => {
    const store = makeStore();
    const { lease } = await store.fence(shard);
    await store.commit(lease, checkpoint({ changes }));
    await store.close();
    expect(await rowsOf(store, (await store.fence(shard)).lease)).toEqual({ 't/a': '1' });
  });

  test('H19: after a wipe the owner is fenced, and its delta does not become the whole state', async () => {
    const store = makeStore();
    const { lease } = await store.fence(shard);
    const basedOn = await store.commit(lease, checkpoint());
    store.wipe();
    await expect(store.commit(lease, checkpoint({ seq: 2, basedOn, changes }))).rejects.toMatchObject({
      code: 'state.fenced',
    });
    const fenced = await store.fence(shard);
    expect(fenced.checkpoint).toBeNull();
    expect(await rowsOf(store, fenced.lease)).toEqual({});
  });

  test('H9: after a failover that lost commits the same owner’s next delta is a gap', async () => {
    const store = makeStore();
    const { lease } = await store.fence(shard);
    const first = await store.commit(lease, checkpoint());
    const replica = store.snapshot();
    const second = await store.commit(lease, checkpoint({ seq: 2, basedOn: first, changes }));
    store.rollback(replica);
    await expect(store.commit(lease, checkpoint({ seq: 3, basedOn: second }))).rejects.toMatchObject({
      code: 'state.gap',
    });
    expect((await store.fence(shard)).checkpoint?.commitId).toBe(first);
  });

  test('H9: an epoch whose fence was lost in a failover is not given out again', async () => {
    const store = makeStore();
    await store.fence(shard);
    const replica = store.snapshot();
    const { lease: lost } = await store.fence(shard);
    store.rollback(replica);
    const { lease: next } = await store.fence(shard);
    expect(next.epoch).toBeGreaterThan(lost.epoch);
    await expect(store.commit(lost, checkpoint())).rejects.toMatchObject({ code: 'state.fenced' });
  });

  test('a snapshot is untouched by later commits and can be rolled back to twice', async () => {
    const store = makeStore();
    await store.fence(shard);
    const replica = store.snapshot();
    for (const _ of [1, 2]) {
      store.rollback(replica);
      const { lease } = await store.fence(shard);
      expect(await rowsOf(store, lease)).toEqual({});
      await store.commit(lease, checkpoint({ changes }));
    }
  });
});
