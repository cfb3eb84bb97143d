import { beforeEach, describe, expect, test } from 'vitest';
import type { Consumer, OffsetCommit } from '../../../pipeline/broker/index.ts';
import type { Checkpoint, RowChange, StateStore } from '../../../pipeline/state/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { Checkpointer } from '../../../pipeline/worker/checkpointer.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import { gate } from '../../support/recording-member.ts';

const place = { topic: 't', partition: 1 };
const lease = { shard: { graph: 'relate', partition: 1 }, epoch: 5, nonce: 'n' };

/** A store and a consumer that note what is committed, and answer when they are told to. */
class Neighbours {
  readonly stored: Checkpoint[] = [];
  readonly offsets: OffsetCommit[] = [];
  readonly journal: string[] = [];
  answer: () => Promise<void> = async () => {};

  readonly state: Pick<StateStore, 'commit'> = {
    commit: async (_lease, checkpoint) => {
      this.stored.push(checkpoint);
      this.journal.push(`store ${checkpoint.offset}`);
      await this.answer();
      return `id${checkpoint.seq}`;
    },
  };
  readonly consumer: Pick<Consumer, 'commitOffsets'> = {
    commitOffsets: async (commits) => {
      this.offsets.push(...commits);
      this.journal.push(`commit ${commits[0]?.offset}`);
    },
  };
}

describe('Checkpointer', () => {
  let clock: VirtualClock;
  let neighbours: Neighbours;
  let changes: RowChange[];
  beforeEach(() => {
    clock = new VirtualClock(1_000);
    neighbours = new Neighbours();
    changes = [];
  });

  const shard = {
    takeChanges: () => {
      const taken = changes;
      changes = [];
      return taken;
    },
  };
  const change = (key: string): RowChange => ({ table: 'a.b', key, value: Buffer.from(key) });
  const open = (offset: number | null = null) => {
    const { state, consumer } = neighbours;
    const mark = { seq: 7, from: 0, mutedUntil: null, isClean: false, commitId: 'id7' };
    return new Checkpointer(
      // The two calls it makes are all that it needs of them.
      { state: state as StateStore, consumer: consumer as Consumer, clock, partition: place, everyMs: 100 },
      { lease, checkpoint: offset === null ? null : { ...mark, offset } },
    );
  };
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

  test('stores what changed with the offset, then commits the offset to the group', async () => {
    const checkpointer = open();
    changes.push(change('k'));
    clock.advanceTo(1_100);
    checkpointer.maybeStart(shard, 12);
    await settled();
    expect(neighbours.stored).toEqual([
      {
        seq: 1,
        basedOn: null,
        offset: 12,
        from: 0,
        mutedUntil: null,
        isClean: false,
        changes: [change('k')],
      },
    ]);
    expect(neighbours.offsets).toEqual([{ ...place, offset: 12, metadata: '{"from":0}' }]);
    expect(neighbours.journal).toEqual(['store 12', 'commit 12']);
  });

  test('each one is based on the one before, the first on what was found', async () => {
    const checkpointer = open(3);
    for (const offset of [12, 20]) {
      clock.advanceTo(clock.now() + 100);
      checkpointer.maybeStart(shard, offset);
      await settled();
    }
    expect(neighbours.stored.map(({ seq, basedOn }) => [seq, basedOn])).toEqual([
      [8, 'id7'],
      [9, 'id8'],
    ]);
  });

  test('starts none before it is due, nor when the offset has not moved', async () => {
    const checkpointer = open(12);
    checkpointer.maybeStart(shard, 13);
    clock.advanceTo(1_100);
    checkpointer.maybeStart(shard, 12);
    await settled();
    expect(neighbours.stored).toEqual([]);
    checkpointer.maybeStart(shard, 13);
    await settled();
    expect(neighbours.stored.map(({ offset }) => offset)).toEqual([13]);
  });

  test('never has two under way: the next one leaves after the answer, with everything since', async () => {
    const { passed, open: answer } = gate();
    neighbours.answer = () => passed;
    const checkpointer = open();
    clock.advanceTo(1_100);
    changes.push(change('a'));
    checkpointer.maybeStart(shard, 1);
    clock.advanceTo(1_300);
    changes.push(change('b'));
    checkpointer.maybeStart(shard, 2);
    checkpointer.maybeStart(shard, 3);
    await settled();
    expect(neighbours.stored.map(({ offset }) => offset)).toEqual([1]);
    answer();
    await settled();
    checkpointer.maybeStart(shard, 4);
    await settled();
    expect(
      neighbours.stored.map(({ offset, changes: rows }) => [offset, rows.map(({ key }) => key)]),
    ).toEqual([
      [1, ['a']],
      [4, ['b']],
    ]);
  });

  test('rows and offset are those of the tick in which it started', async () => {
    const checkpointer = open();
    changes.push(change('a'));
    clock.advanceTo(1_100);
    checkpointer.maybeStart(shard, 1);
    changes.push(change('later'));
    await settled();
    expect(neighbours.stored[0]?.changes.map(({ key }) => key)).toEqual(['a']);
  });

  test('finish waits for the one under way, then stores a clean one, even where nothing moved', async () => {
    const { passed, open: answer } = gate();
    neighbours.answer = () => passed;
    const checkpointer = open(12);
    clock.advanceTo(1_100);
    checkpointer.maybeStart(shard, 13);
    const finished = checkpointer.finish(shard, 13);
    await settled();
    expect(neighbours.stored).toHaveLength(1);
    answer();
    await finished;
    expect(neighbours.stored.map(({ offset, isClean }) => [offset, isClean])).toEqual([
      [13, false],
      [13, true],
    ]);
  });

  test('after a failure it stores nothing more, and says what failed', async () => {
    const gap = new TocsinError('state.gap', 'x');
    neighbours.answer = () => Promise.reject(gap);
    const checkpointer = open();
    clock.advanceTo(1_100);
    checkpointer.maybeStart(shard, 1);
    await settled();
    expect(checkpointer.failure).toBe(gap);
    expect(neighbours.offsets).toEqual([]);
    neighbours.answer = async () => {};
    clock.advanceTo(1_300);
    checkpointer.maybeStart(shard, 2);
    await expect(checkpointer.finish(shard, 3)).rejects.toBe(gap);
    expect(neighbours.stored.map(({ offset }) => offset)).toEqual([1]);
  });
});
