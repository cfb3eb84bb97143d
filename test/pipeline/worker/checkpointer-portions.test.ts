import { beforeEach, describe, expect, test } from 'vitest';
import type { Checkpointer, CheckpointTarget } from '../../../pipeline/worker/checkpointer.ts';
import { rowOf as change, checkpointerBench, settled } from '../../support/checkpointer-bench.ts';

test('shards that were taken together come to their first checkpoints apart', () => {
  const firstDue = [0, 1, 2, 3].map((partition) => {
    const { clock, shard, open } = checkpointerBench(partition);
    const checkpointer = open();
    for (let waited = 0; ; waited += 1) {
      if (checkpointer.isDue(shard, 1)) return waited;
      clock.advanceTo(clock.now() + 1);
    }
  });
  const apart = [...firstDue].sort((a, b) => a - b).map((due, i, all) => due - (all[i - 1] ?? 0));
  expect(Math.max(...firstDue)).toBe(100);
  expect(Math.min(...apart)).toBeGreaterThan(10);
});

describe('a checkpoint of more rows than are encoded at once', () => {
  let { clock, neighbours, changes, shard, open } = checkpointerBench();
  beforeEach(() => {
    ({ clock, neighbours, changes, shard, open } = checkpointerBench());
  });

  const start = (over: Partial<CheckpointTarget> = {}) => {
    const checkpointer = open(3, { rowsAtOnce: 2, ...over });
    for (const key of 'abcde') changes.push(change(key));
    checkpointer.start(shard, 5);
    return checkpointer;
  };

  test('lets batches go on between two portions, and stores all of them as of the tick in which it started', async () => {
    const checkpointer = start();
    const turns: boolean[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      await settled();
      turns.push(checkpointer.isTaking);
      changes.push(change(`later ${turn}`));
      clock.advanceTo(clock.now() + 10);
    }
    expect(turns).toEqual([true, true, false, false]);
    expect(
      neighbours.stored.map(({ offset, changes: rows }) => [offset, rows.map(({ key }) => key)]),
    ).toEqual([[5, ['a', 'b', 'c', 'd', 'e']]]);
    expect(neighbours.journal).toEqual(['take 5 at 5', 'store 5', 'stored 5']);
  });

  test('is under way meanwhile: no other one starts', async () => {
    const checkpointer = start();
    await settled();
    clock.advanceTo(clock.now() + 10);
    changes.push(change('f'), change('g'), change('h'));
    expect([checkpointer.isDue(shard, 6), checkpointer.isStoring, checkpointer.isFull(shard)]).toEqual([
      ...[false, true, true],
    ]);
  });

  test.each([
    ['whoever waits for it', (checkpointer: Checkpointer) => checkpointer.whenStored()],
    ['a release', (checkpointer: Checkpointer) => checkpointer.finish(shard, 5)],
  ])('%s does not wait for batches', async (_name, wait) => {
    const checkpointer = start();
    await settled();
    await wait(checkpointer);
    expect(neighbours.stored[0]?.changes).toHaveLength(5);
  });

  test('a shard that was let go of stores nothing of it', async () => {
    const checkpointer = start();
    await settled();
    checkpointer.close();
    await settled();
    expect(neighbours.journal).toEqual([]);
    expect(checkpointer.failure?.message).toMatch(/let go of/);
  });

  test('a row that cannot be encoded fails the checkpoint', async () => {
    const broken = new Error('not a long');
    const checkpointer = open(3, { rowsAtOnce: 2 });
    const takeChanges = function* () {
      yield change('a');
      throw broken;
    };
    checkpointer.start({ changed: 2, rows: () => [], takeChanges }, 5);
    await settled();
    expect(checkpointer.failure).toBe(broken);
    expect(neighbours.stored).toEqual([]);
  });
});
