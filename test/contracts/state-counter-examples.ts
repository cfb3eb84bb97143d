import { describe, expect, test } from 'vitest';
import type { Fenced, Lease, ShardId, StateStore } from '../../pipeline/state/index.ts';
import { checkpoint, isFenced, isGap, row, rowsOf } from './state-support.ts';

export interface StateGround {
  /** That of the test which is running. */
  readonly store: StateStore;
  /** What a successor finds. */
  reopened(of?: ShardId): Promise<Fenced & { rows: Record<string, string> }>;
}

const shard: ShardId = { graph: 'relate', partition: 3 };

export function describeCounterExamples(the: StateGround): void {
  describe('counter-examples of protocol.md', () => {
    test('H2: a refused commit leaves rows and offset as they were, never one without the other', async () => {
      const { lease } = await the.store.fence(shard);
      await the.store.commit(lease, checkpoint({ changes: [row('a', '1')] }));
      const torn = checkpoint({ seq: 5, basedOn: 'elsewhere', offset: 50, changes: [row('a', '5')] });
      await expect(the.store.commit(lease, torn)).rejects.toMatchObject(isGap);
      const { checkpoint: mark, rows } = await the.reopened();
      expect([mark?.offset, mark?.seq, rows]).toEqual([10, 1, { 'occurrences/a': '1' }]);
    });

    test('H2: changes based on a checkpoint that never arrived are a gap', async () => {
      const { lease } = await the.store.fence(shard);
      const lost = `${lease.epoch}:${lease.nonce}:1`;
      await expect(the.store.commit(lease, checkpoint({ seq: 2, basedOn: lost }))).rejects.toMatchObject(
        isGap,
      );
      expect((await the.store.fence(shard)).checkpoint).toBeNull();
    });

    test('H9: a zombie that finds its seq taken by its successor is fenced, not told that all is well', async () => {
      const { lease: zombie } = await the.store.fence(shard);
      const base = await the.store.commit(zombie, checkpoint());
      const { lease: owner } = await the.store.fence(shard);
      const next = checkpoint({ seq: 2, basedOn: base, changes: [row('a', 'owner')] });
      await the.store.commit(owner, next);
      await expect(the.store.commit(zombie, next)).rejects.toMatchObject(isFenced);
      const foreign = checkpoint({ seq: 3, basedOn: base, changes: [row('a', 'zombie')] });
      await expect(the.store.commit(zombie, foreign)).rejects.toMatchObject(isFenced);
      expect((await the.reopened()).rows).toEqual({ 'occurrences/a': 'owner' });
    });

    test('H9: two owners with one epoch are told apart by their nonce', async () => {
      const { lease } = await the.store.fence(shard);
      const twin = { ...lease, nonce: `${lease.nonce}-twin` };
      await expect(the.store.commit(twin, checkpoint())).rejects.toMatchObject(isFenced);
      await expect(rowsOf(the.store, twin)).rejects.toMatchObject(isFenced);
      await the.store.commit(lease, checkpoint());
    });

    test('H9: the right seq on the wrong base is a gap', async () => {
      const { lease } = await the.store.fence(shard);
      const first = await the.store.commit(lease, checkpoint());
      const second = await the.store.commit(lease, checkpoint({ seq: 2, basedOn: first, offset: 20 }));
      await expect(
        the.store.commit(lease, checkpoint({ seq: 3, basedOn: first, offset: 30 })),
      ).rejects.toMatchObject(isGap);
      await the.store.commit(lease, checkpoint({ seq: 3, basedOn: second, offset: 30 }));
      expect((await the.store.fence(shard)).checkpoint?.offset).toBe(30);
    });

    test('H9: an older commit that arrives again after a newer one is a gap, not a success', async () => {
      const { lease } = await the.store.fence(shard);
      const first = await the.store.commit(lease, checkpoint({ changes: [row('a', '1')] }));
      await the.store.commit(lease, checkpoint({ seq: 2, basedOn: first, changes: [row('a', '2')] }));
      await expect(the.store.commit(lease, checkpoint({ changes: [row('a', '1')] }))).rejects.toMatchObject(
        isGap,
      );
      expect((await the.reopened()).rows).toEqual({ 'occurrences/a': '2' });
    });

    test('H9: a first commit on a shard that has a checkpoint is a gap', async () => {
      const { lease: first } = await the.store.fence(shard);
      await the.store.commit(first, checkpoint());
      const { lease: second } = await the.store.fence(shard);
      await expect(the.store.commit(second, checkpoint({ basedOn: null }))).rejects.toMatchObject(isGap);
    });

    test('H19: a commit to a shard that is missing is fenced and creates nothing', async () => {
      const lease: Lease = { shard, epoch: 7, nonce: 'lost' };
      await expect(the.store.commit(lease, checkpoint({ changes: [row('a', '1')] }))).rejects.toMatchObject(
        isFenced,
      );
      const { checkpoint: mark, rows } = await the.reopened();
      expect(mark).toBeNull();
      expect(rows).toEqual({});
    });
  });
}
