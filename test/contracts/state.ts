import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fenced, Installation, Lease, ShardId, StateStore } from '../../pipeline/state/index.ts';
import { describeCounterExamples } from './state-counter-examples.ts';
import { checkpoint, isFenced, row, rowsOf } from './state-support.ts';

/** What every state store must do. `makeStore` gives one whose shards nobody has touched (or a fresh name space). */
export function stateContract(name: string, makeStore: () => Promise<StateStore>): void {
  describe(`${name} keeps the state contract`, () => {
    let store: StateStore;
    const shard: ShardId = { graph: 'relate', partition: 3 };

    beforeEach(async () => {
      store = await makeStore();
    });
    afterEach(() => store.close());

    /** What a successor finds. */
    const reopened = async (of: ShardId = shard): Promise<Fenced & { rows: Record<string, string> }> => {
      const fenced = await store.fence(of);
      return { ...fenced, rows: await rowsOf(store, fenced.lease) };
    };

    describe('fence and load', () => {
      test('a shard never seen before is created empty, without a checkpoint', async () => {
        const { checkpoint: mark, rows } = await reopened();
        expect(mark).toBeNull();
        expect(rows).toEqual({});
      });

      test('a successor finds the mark exactly as it was committed', async () => {
        const { lease } = await store.fence(shard);
        const commitId = await store.commit(
          lease,
          checkpoint({ offset: 42, from: 17, snapshot: 'a place', mutedUntil: 99, isClean: true }),
        );
        const { checkpoint: mark } = await store.fence(shard);
        expect(mark).toEqual({
          seq: 1,
          offset: 42,
          from: 17,
          snapshot: 'a place',
          mutedUntil: 99,
          isClean: true,
          commitId,
        });
        expect(commitId).toBe(`${lease.epoch}:${lease.nonce}:1`);
      });

      test('a successor finds rows as the chain of commits left them: added, replaced and deleted', async () => {
        const { lease } = await store.fence(shard);
        const first = await store.commit(
          lease,
          checkpoint({ changes: [row('a', '1'), row('b', '1'), row('a', 'other', 'silences')] }),
        );
        const changes = [row('a', '2'), row('b', null), row('c', '2'), row('never-there', null)];
        await store.commit(lease, checkpoint({ seq: 2, basedOn: first, changes }));
        expect((await reopened()).rows).toEqual({
          'occurrences/a': '2',
          'occurrences/c': '2',
          'silences/a': 'other',
        });
      });

      test('values are bytes: empty ones, zeros and non-UTF-8 come back unchanged', async () => {
        const { lease } = await store.fence(shard);
        const value = Uint8Array.from([0, 255, 254, 0, 10, 13]);
        const changes = [
          { table: 't', key: 'binary', value },
          { table: 't', key: 'empty', value: new Uint8Array() },
        ];
        await store.commit(lease, checkpoint({ changes }));
        const loaded = new Map<string, number[]>();
        for await (const chunk of store.load(lease))
          for (const r of chunk) loaded.set(r.key, [...(r.value ?? [-1])]);
        expect(loaded).toEqual(
          new Map([
            ['binary', [...value]],
            ['empty', []],
          ]),
        );
      });

      test('a state larger than a chunk loads completely and each row once', async () => {
        const { lease } = await store.fence(shard);
        const changes = Array.from({ length: 2_500 }, (_, i) => row(`key-${i}`, `${i}`));
        await store.commit(lease, checkpoint({ changes }));
        const keys: string[] = [];
        for await (const chunk of store.load(lease)) keys.push(...chunk.map(({ key }) => key));
        expect(keys).toHaveLength(2_500);
        expect(new Set(keys).size).toBe(2_500);
      });

      test('shards of other partitions and other graphs are strangers', async () => {
        const { lease } = await store.fence(shard);
        await store.commit(lease, checkpoint({ changes: [row('a', '1')] }));
        expect((await reopened({ graph: 'relate', partition: 4 })).rows).toEqual({});
        expect((await reopened({ graph: 'reduce', partition: 3 })).rows).toEqual({});
        expect((await reopened()).rows).toEqual({ 'occurrences/a': '1' });
      });

      test('each lease has a higher epoch than any before it and its own nonce', async () => {
        const leases: Lease[] = [];
        for (let i = 0; i < 5; i += 1) leases.push((await store.fence(shard)).lease);
        const epochs = leases.map(({ epoch }) => epoch);
        expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
        expect(new Set(epochs).size).toBe(5);
        expect(new Set(leases.map(({ nonce }) => nonce)).size).toBe(5);
      });

      test('an owner that was fenced cannot load, since it could see half of its successor’s commit', async () => {
        const { lease: zombie } = await store.fence(shard);
        await store.fence(shard);
        await expect(rowsOf(store, zombie)).rejects.toMatchObject(isFenced);
      });

      test('an owner that is fenced while it loads learns of it before the load ends', async () => {
        const { lease } = await store.fence(shard);
        await store.commit(
          lease,
          checkpoint({ changes: Array.from({ length: 2_500 }, (_, i) => row(`${i}`, 'x')) }),
        );
        const loading = async (): Promise<void> => {
          let isFirst = true;
          for await (const _ of store.load(lease)) {
            if (isFirst) await store.fence(shard);
            isFirst = false;
          }
        };
        await expect(loading()).rejects.toMatchObject(isFenced);
      });
    });

    describe('commit', () => {
      test('sent again with the same seq it succeeds with the same id and applies nothing', async () => {
        const { lease } = await store.fence(shard);
        const id = await store.commit(lease, checkpoint({ changes: [row('a', '1')] }));
        // A true re-send has equal content; another content shows that nothing was applied.
        expect(await store.commit(lease, checkpoint({ offset: 99, changes: [row('a', '2')] }))).toBe(id);
        const { checkpoint: mark, rows } = await reopened();
        expect(rows).toEqual({ 'occurrences/a': '1' });
        expect(mark?.offset).toBe(10);
      });

      test('an owner goes on from its predecessor’s commit', async () => {
        const { lease: first } = await store.fence(shard);
        await store.commit(first, checkpoint({ changes: [row('a', '1')] }));
        const { lease: second, checkpoint: mark } = await store.fence(shard);
        const basedOn = mark?.commitId ?? 'none';
        await store.commit(second, checkpoint({ seq: 2, basedOn, offset: 20, changes: [row('b', '2')] }));
        expect((await reopened()).rows).toEqual({ 'occurrences/a': '1', 'occurrences/b': '2' });
      });

      test('the right to commit ends with the next fence, before the successor commits anything', async () => {
        const { lease: zombie } = await store.fence(shard);
        await store.fence(shard);
        await expect(store.commit(zombie, checkpoint())).rejects.toMatchObject(isFenced);
      });
    });

    describe('claim', () => {
      const topicIds = { raw: 'a', control: 'b' };
      const ours: Installation = { clusterId: 'one', topicIds, rawPartitions: 4, reducedPartitions: 3 };
      const others: readonly (readonly [string, Partial<Installation>, string])[] = [
        ['another cluster', { clusterId: 'two' }, 'state.other-log'],
        ['fewer raw partitions', { rawPartitions: 3 }, 'state.other-partitions'],
        ['fewer reduced partitions', { reducedPartitions: 2 }, 'state.other-partitions'],
        ['more reduced partitions', { reducedPartitions: 4 }, 'state.other-partitions'],
      ];

      test('the first one is noted, and may be made again by every worker', async () => {
        expect(await store.claimed()).toBeNull();
        await store.claim(ours);
        await store.claim(ours);
        expect(await store.claimed()).toEqual(ours);
      });

      test('more raw partitions are noted: fewer than those are refused from then on', async () => {
        await store.claim(ours);
        await store.claim({ ...ours, rawPartitions: 6 });
        await expect(store.claim(ours)).rejects.toMatchObject({ code: 'state.other-partitions' });
      });

      test.each(others)('%s: refused, and nothing is changed', async (_name, change, code) => {
        await store.claim(ours);
        await expect(store.claim({ ...ours, ...change })).rejects.toMatchObject({ code, exitCode: 78 });
        expect(await store.claimed()).toEqual(ours);
      });

      test.each(others)('%s: noted when it is forced', async (_name, change) => {
        await store.claim(ours);
        await store.claim({ ...ours, ...change }, { isForced: true });
        expect(await store.claimed()).toEqual({ ...ours, ...change });
      });

      test('the ids of topics are those of the newest claim', async () => {
        await store.claim(ours);
        await store.claim({ ...ours, topicIds: { raw: 'c' } });
        expect(await store.claimed()).toEqual({ ...ours, topicIds: { raw: 'c' } });
      });

      test('of two clusters at once one is refused', async () => {
        const claims = [store.claim(ours), store.claim({ ...ours, clusterId: 'two' })];
        const outcomes = await Promise.allSettled(claims);
        expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      });

      test('it has nothing to do with the shards', async () => {
        const { lease } = await store.fence(shard);
        await store.claim(ours);
        await store.commit(lease, checkpoint({ changes: [row('a', '1')] }));
        expect((await reopened()).rows).toEqual({ 'occurrences/a': '1' });
      });
    });

    describe('discard', () => {
      test('a shard is gone with rows and checkpoint, and begins anew; others stay', async () => {
        const other = { graph: 'relate', partition: 4 };
        const { lease } = await store.fence(shard);
        await store.commit(lease, checkpoint({ changes: [row('a', '1'), row('b', '1')] }));
        await store.commit((await store.fence(other)).lease, checkpoint({ changes: [row('c', '1')] }));
        await store.discard(await store.fence(shard));
        expect(await reopened()).toMatchObject({ checkpoint: null, rows: {} });
        expect((await reopened(other)).rows).toEqual({ 'occurrences/c': '1' });
      });

      test('the lease goes with it, and with the next one goes everything older', async () => {
        const fenced = await store.fence(shard);
        await store.discard(fenced);
        await expect(store.commit(fenced.lease, checkpoint())).rejects.toMatchObject(isFenced);
        const { lease } = await store.fence(shard);
        expect(lease.epoch).toBeGreaterThan(fenced.lease.epoch);
        await expect(store.commit(fenced.lease, checkpoint())).rejects.toMatchObject(isFenced);
      });

      test('sent again it finds nothing to do', async () => {
        const fenced = await store.fence(shard);
        await store.discard(fenced);
        await store.discard(fenced);
      });

      test('somebody else’s shard is left alone', async () => {
        const zombie = await store.fence(shard);
        const { lease } = await store.fence(shard);
        await store.commit(lease, checkpoint({ changes: [row('a', '1')] }));
        await expect(store.discard(zombie)).rejects.toMatchObject(isFenced);
        expect((await reopened()).rows).toEqual({ 'occurrences/a': '1' });
      });
    });

    describeCounterExamples({
      get store() {
        return store;
      },
      reopened,
    });
  });
}
