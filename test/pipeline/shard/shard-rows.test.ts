import { describe, expect, test } from 'vitest';
import type { Time } from '../../../operators/operator.ts';
import { Completeness } from '../../../pipeline/shard/completeness.ts';
import type { TimerChange } from '../../../pipeline/shard/shard-host.ts';
import {
  isShardRow,
  restoreShardRow,
  takeShardRows,
  versionRow,
} from '../../../pipeline/shard/shard-rows.ts';

function clockOf() {
  const completeness = new Completeness();
  completeness.claim({ shard: 0, shards: 2, complete: 40 });
  completeness.claim({ shard: 1, shards: 2, complete: 30 });
  return { time: { at: 50, complete: 30 }, controlMark: 7, shedUntil: 12, completeness };
}

function readBack(rows: ReturnType<typeof takeShardRows>) {
  const found: {
    time?: Time;
    mark?: number;
    shed?: number;
    timers: TimerChange[];
    claims: unknown[];
    versions: unknown[];
  } = {
    timers: [],
    claims: [],
    versions: [],
  };
  for (const row of [...rows].reverse())
    restoreShardRow(row, {
      timer: (timer) => found.timers.push(timer),
      claim: (claim) => found.claims.push(claim),
      time: (time) => {
        found.time = time;
      },
      shedUntil: (offset) => {
        found.shed = offset;
      },
      controlMark: (mark) => {
        found.mark = mark;
      },
      version: (version) => found.versions.push(version),
    });
  return found;
}

describe('the shard’s own rows', () => {
  test('hold clocks, control mark, claims and timers', () => {
    const timer: TimerChange = { clock: 'complete', stage: 'fold', key: 'a/b', due: 99 };
    expect(readBack(takeShardRows(clockOf(), [timer]))).toEqual({
      time: { at: 50, complete: 30 },
      mark: 7,
      shed: 12,
      timers: [timer],
      claims: [
        { shard: 1, shards: 2, complete: 30 },
        { shard: 0, shards: 2, complete: 40 },
      ],
      versions: [],
    });
  });

  test('hold the configuration that applies', () => {
    const version = { kind: 'config', hash: 'h', gzip: Buffer.of(1, 2) } as const;
    expect(readBack([versionRow(version)]).versions).toEqual([version]);
  });

  test('delete a timer that fired or was taken back', () => {
    const timer: TimerChange = { clock: 'at', stage: 'fold', key: 'k', due: null };
    expect(takeShardRows(clockOf(), [timer])).toContainEqual({
      table: '$timers',
      key: 'at/fold/k',
      value: null,
    });
    expect(readBack(takeShardRows(clockOf(), [timer])).timers).toEqual([]);
  });

  test('are told apart from those of operators', () => {
    expect([...takeShardRows(clockOf(), [])].every(isShardRow)).toBe(true);
    expect(isShardRow({ table: 'fold.runs', key: '', value: null })).toBe(false);
  });

  test('of a kind that this version does not know are refused', () => {
    const row = { table: '$anchors', key: '', value: Buffer.from([0]) };
    expect(() => readBack([row])).toThrow(expect.objectContaining({ code: 'state.newer' }));
  });
});
