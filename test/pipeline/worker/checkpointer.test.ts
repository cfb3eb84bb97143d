import { beforeEach, describe, expect, test } from 'vitest';
import { TocsinError } from '../../../schemas/errors.ts';
import { rowOf as change, checkpointerBench, settled, standing } from '../../support/checkpointer-bench.ts';
import { gate } from '../../support/recording-member.ts';

describe('Checkpointer', () => {
  let { clock, neighbours, changes, kept, shard, open, startIfDue } = checkpointerBench();
  beforeEach(() => {
    ({ clock, neighbours, changes, kept, shard, open, startIfDue } = checkpointerBench());
  });

  test('takes what changed with the offset, stores both, then says so', async () => {
    const checkpointer = open();
    changes.push(change('k'));
    clock.advanceTo(1_100);
    startIfDue(checkpointer, 12);
    await settled();
    expect(neighbours.stored).toEqual([
      {
        seq: 1,
        basedOn: null,
        offset: 12,
        from: 4,
        snapshot: '{"id":"s","first":1,"end":3}',
        mutedUntil: null,
        isClean: false,
        changes: [change('k')],
      },
    ]);
    expect(neighbours.journal).toEqual(['take 1 at 12', 'store 12', 'stored 12']);
    expect(neighbours.stood).toEqual([standing]);
  });

  test('the first one of a store that has nothing holds every row, later ones what changed', async () => {
    kept.push(change('old'), change('k'));
    const checkpointer = open();
    for (const offset of [1, 2]) {
      changes.push(change('k'));
      clock.advanceTo(clock.now() + 100);
      startIfDue(checkpointer, offset);
      await settled();
    }
    expect(neighbours.stored.map(({ changes: rows }) => rows.map(({ key }) => key))).toEqual([
      ['old', 'k'],
      ['k'],
    ]);
  });

  test('each one is based on the one before, the first on what was found', async () => {
    const checkpointer = open(3);
    for (const offset of [12, 20]) {
      clock.advanceTo(clock.now() + 100);
      startIfDue(checkpointer, offset);
      await settled();
    }
    expect(neighbours.stored.map(({ seq, basedOn }) => [seq, basedOn])).toEqual([
      [8, 'id7'],
      [9, 'id8'],
    ]);
  });

  test('starts none before it is due, nor when the offset has not moved', async () => {
    const checkpointer = open(12);
    startIfDue(checkpointer, 13);
    clock.advanceTo(1_100);
    startIfDue(checkpointer, 12);
    await settled();
    expect(neighbours.stored).toEqual([]);
    startIfDue(checkpointer, 13);
    await settled();
    expect(neighbours.stored.map(({ offset }) => offset)).toEqual([13]);
  });

  test('never has two under way: the next one leaves after the answer, with everything since', async () => {
    const { passed, open: answer } = gate();
    neighbours.answer = () => passed;
    const checkpointer = open();
    clock.advanceTo(1_100);
    changes.push(change('a'));
    startIfDue(checkpointer, 1);
    clock.advanceTo(1_300);
    changes.push(change('b'));
    startIfDue(checkpointer, 2);
    startIfDue(checkpointer, 3);
    await settled();
    expect(neighbours.stored.map(({ offset }) => offset)).toEqual([1]);
    answer();
    await settled();
    startIfDue(checkpointer, 4);
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
    startIfDue(checkpointer, 1);
    changes.push(change('later'));
    await settled();
    expect(neighbours.stored[0]?.changes.map(({ key }) => key)).toEqual(['a']);
  });

  test('finish waits for the one under way, then stores a clean one, even where nothing moved', async () => {
    const { passed, open: answer } = gate();
    neighbours.answer = () => passed;
    const checkpointer = open(12);
    clock.advanceTo(1_100);
    startIfDue(checkpointer, 13);
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
    startIfDue(checkpointer, 1);
    await settled();
    expect(checkpointer.failure).toBe(gap);
    expect(neighbours.stood).toEqual([]);
    neighbours.answer = async () => {};
    clock.advanceTo(1_300);
    startIfDue(checkpointer, 2);
    await expect(checkpointer.finish(shard, 3)).rejects.toBe(gap);
    expect(neighbours.stored.map(({ offset }) => offset)).toEqual([1]);
  });

  test('is due early when much has changed, and full when much has changed behind one under way', async () => {
    const { passed, open: answer } = gate();
    neighbours.answer = () => passed;
    const checkpointer = open();
    changes.push(change('a'), change('b'));
    expect(checkpointer.isDue(shard, 1)).toBe(false);
    changes.push(change('c'));
    expect([checkpointer.isDue(shard, 1), checkpointer.isFull(shard)]).toEqual([true, false]);
    checkpointer.start(shard, 1);
    changes.push(change('d'), change('e'), change('f'));
    expect([checkpointer.isDue(shard, 2), checkpointer.isFull(shard)]).toEqual([false, true]);
    answer();
    await checkpointer.whenStored();
    expect(checkpointer.isFull(shard)).toBe(false);
  });

  describe('while the store is away', () => {
    const away = new TocsinError('state.unavailable', 'x');

    test('tries the same one again until it is there, and tells of it once', async () => {
      let absences = 3;
      neighbours.answer = async () => {
        if (absences-- > 0) throw away;
      };
      const checkpointer = open();
      changes.push(change('a'));
      clock.advanceTo(1_100);
      expect(checkpointer.refusal).toBeNull();
      startIfDue(checkpointer, 1);
      for (let turn = 0; turn < 4; turn += 1) {
        await settled();
        expect(checkpointer.refusal).toBe(turn < 3 ? 'x' : null);
        clock.advanceTo(clock.now() + 1_000);
      }
      await checkpointer.whenStored();
      expect(neighbours.stored.map(({ seq, offset }) => [seq, offset])).toEqual(Array(4).fill([1, 1]));
      expect(neighbours.journal.filter((word) => word === 'waiting')).toHaveLength(1);
      expect(checkpointer.failure).toBeNull();
    });

    test('the first one of a shard is tried once: nobody waits for it in a take', async () => {
      neighbours.answer = () => Promise.reject(away);
      const checkpointer = open();
      await expect(checkpointer.storeFirst(shard, 0)).rejects.toBe(away);
      expect(neighbours.stored.map(({ offset, isClean }) => [offset, isClean])).toEqual([[0, false]]);
      expect(checkpointer.failure).toBe(away);
    });

    test('a release tries once more and does without', async () => {
      neighbours.answer = () => Promise.reject(away);
      const checkpointer = open();
      clock.advanceTo(1_100);
      startIfDue(checkpointer, 1);
      await settled();
      await expect(checkpointer.finish(shard, 1)).rejects.toBe(away);
      expect(neighbours.stored).toHaveLength(2);
    });
  });

  test('carries on up to where outputs are muted, until the state has passed it', async () => {
    const checkpointer = open(null, { mutedUntil: 10 });
    for (const offset of [9, 10]) {
      clock.advanceTo(clock.now() + 100);
      startIfDue(checkpointer, offset);
      await settled();
    }
    expect(neighbours.stored.map(({ mutedUntil }) => mutedUntil)).toEqual([10, null]);
  });
});
