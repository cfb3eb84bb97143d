import { expect, test } from 'vitest';
import { Portions } from '../../../bench/shards/portions.ts';
import type { RowChange } from '../../../pipeline/state/index.ts';

/** A shard of which as many rows have changed whenever it is asked; tells how many were asked for. */
class Changing {
  readonly changed: number;
  given = 0;

  constructor(changed: number) {
    this.changed = changed;
  }

  *takeChanges(): Generator<RowChange> {
    for (let row = 0; row < this.changed; row += 1) {
      this.given += 1;
      yield { table: 'walks', key: String(row), value: null };
    }
  }
}

test('a checkpoint begins when so many records have come, and gives a few rows after each batch', () => {
  const shard = new Changing(120);
  const portions = new Portions(shard, 1_000);
  const given = Array.from({ length: 6 }, () => {
    portions.afterBatch(500);
    return shard.given;
  });
  expect(given).toEqual([0, 50, 100, 120, 170, 220]);
  expect({ checkpoints: portions.checkpoints, rows: portions.rows }).toEqual({ checkpoints: 1, rows: 120 });
});

test('one of many rows has no more than a hundred portions', () => {
  const shard = new Changing(20_000);
  const portions = new Portions(shard, 1);
  portions.afterBatch(1);
  expect(shard.given).toBe(200);
});
