import { describe, expect, it } from 'vitest';
import { DedupeConfig } from '../../../operators/dedupe/config.ts';
import { NumberLists } from '../../../operators/dedupe/number-lists.ts';
import { liveRun, newRun, type Run } from '../../../operators/dedupe/run.ts';
import { addRun, forget, type RunIndex, runAmong } from '../../../operators/dedupe/run-index.ts';
import { isOfRun } from '../../../operators/dedupe/same-run.ts';
import { sight } from '../../../operators/dedupe/sight.ts';
import { identified, minute, noon, sent } from '../../support/dedupe-flow.ts';

const cellMs = 5 * minute;

/** A sighting of the same alert in a cell, resolved at an instant that makes it a run of its own. */
function seen(offset: number, cell: number) {
  const event = identified(sent({ at: minute, status: 'resolved' }), offset);
  return [
    event,
    { t: cell + minute, cell, cellNumber: cell / cellMs, startsAt: null, endsAt: cell + offset },
  ] as const;
}

const sharedIn = (start: number) => ({ start, lists: new NumberLists() });

function indexed(cells: readonly number[]): { readonly index: RunIndex; readonly runs: readonly Run[] } {
  const index: RunIndex = { byFingerprint: new Map(), byCell: new Map() };
  const runs = cells.map((cell, offset) => newRun(...seen(offset, cell), { cellMs, shared: sharedIn(cell) }));
  for (const run of runs) addRun(index, run);
  return { index, runs };
}

const [first, second] = [noon, noon + cellMs];

describe('when a cell is over', () => {
  it.each([
    ['its only run', [first]],
    ['the older of two runs', [first, second]],
    ['the newer of two runs', [second, first]],
    ['runs among others', [first, second, second, first, first, second]],
    [
      'many runs, which are found by key',
      Array.from({ length: 40 }, (_, n) => (n % 3 === 0 ? first : second)),
    ],
  ])('%s is not found any more, and all others are', (_what, cells) => {
    const { index, runs } = indexed(cells);
    const among = (n: number, cell: number) => {
      const latest = index.byFingerprint.get(seen(n, cell)[0].head.identity.fingerprint);
      return latest === undefined ? undefined : runAmong(latest, ...seen(n, cell));
    };
    for (const [n, cell] of cells.entries()) expect(among(n, cell)).toBe(runs[n]);
    forget(index, seen(0, first)[0].head.identity.fingerprint, first);
    for (const [n, cell] of cells.entries())
      expect(among(n, cell)).toBe(cell === first ? undefined : runs[n]);
    const newest = runs.filter(({ cell }) => cell === second).at(-1);
    expect([...index.byFingerprint.values()]).toEqual(newest === undefined ? [] : [newest]);
  });
});

describe('a run that is kept under longer cells', () => {
  const config = DedupeConfig.parse({ windowMs: 2 * cellMs });
  it.each([
    ['goes on in one that begins where its own did', first, true],
    ['does not in one that began before', second, false],
  ])('%s', (_what, cell, goesOn) => {
    const [event, sighted] = seen(0, cell);
    const run = newRun(event, { ...sighted, endsAt: null }, { cellMs, shared: sharedIn(cell) });
    const later = identified(sent({ at: cell + 2 * minute - noon, status: 'resolved' }), 1);
    const kept = liveRun(run, config, sharedIn(cell));
    expect(isOfRun(kept, later, sight(later, false, config))).toBe(goesOn);
  });
});
