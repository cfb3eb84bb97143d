import { expect, test } from 'vitest';
import { inTurns } from '../../../../pipeline/state/redis/in-turns.ts';

test('others get a turn of the event loop at each pause', async () => {
  const done: string[] = [];
  let isOver = false;
  const other = (): void => {
    if (isOver) return;
    done.push('other');
    setImmediate(other);
  };
  setImmediate(other);
  function* work(): Generator<void, string> {
    for (const part of ['first', 'second', 'third']) {
      done.push(part);
      yield;
    }
    return 'found';
  }
  const found = await inTurns(work());
  isOver = true;
  expect(found).toBe('found');
  expect(done.filter((what, at) => what === 'other' && done[at - 1] !== 'other')).toHaveLength(3);
});

test('what the work throws after a pause rejects', async () => {
  function* work(): Generator<void, never> {
    yield;
    throw new Error('broken');
  }
  await expect(inTurns(work())).rejects.toThrow('broken');
});
