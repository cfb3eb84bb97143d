import { isUnbroken, naturalEnd, speaksForCell } from './observed.ts';
import { capLine } from './occurrences.ts';
import type { History, KnownRun } from './rows.ts';
import type { Rules } from './timeline.ts';

/**
 * Whether the newest version of a run says only that the one occurrence that is told of its fingerprint goes on. Nothing is
 * to be told then, and what was told stands: most versions of most runs, for which no time line need be read.
 *
 * True only where the time line would have said the same. Nobody resolved anything; the run begins within the occurrence,
 * is its newest, and prolongs it by less than what a reminder or the cap wait for. `runs` are all of the fingerprint.
 */
export function isRepeat(
  run: KnownRun,
  runs: readonly KnownRun[],
  { told, carried, isNamed }: History,
  { config, cap }: Rules,
): boolean {
  const { first, last, startsAt, watched } = run.partial;
  const [known] = told;
  if (known === undefined || told.length > 1 || known.isGone || known.isResolved) return false;
  if ((startsAt !== null && !isNamed) || (carried !== null && carried.text.at >= last)) return false;
  if (known.watched !== watched || last - known.toldAt >= config.remindEveryMs) return false;
  if (Math.min(startsAt ?? first, first) < known.start || last >= capLine(known.start, cap)) return false;
  if (!speaksForCell(run, config) && !isUnbroken(run.counts.unpack().segments, run, config)) return false;
  // Alone it makes the start, else it must begin before the others have ended.
  let spokenTo = carried?.end ?? Number.NEGATIVE_INFINITY;
  let isAlone = carried === null;
  for (const other of runs) {
    const { partial } = other;
    if (partial.droppedBy !== '') continue;
    if (partial.status !== 'firing') return false;
    if (other === run) continue;
    if (partial.last >= last) return false;
    isAlone = false;
    spokenTo = Math.max(spokenTo, naturalEnd(partial.ending, partial, config));
  }
  return isAlone ? (startsAt ?? first) === known.start : first <= spokenTo;
}
