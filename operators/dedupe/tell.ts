import type { EmitReason } from '../../schemas/alert.ts';
import type { DedupeConfig } from './config.ts';
import type { Told } from './rows.ts';
import type { Occurrence } from './summarize.ts';

/** Whether there is something to tell of an occurrence, and what: the reason, or null. Does nothing else. */
export function needsTelling(
  occurrence: Occurrence,
  told: Told | null,
  config: DedupeConfig,
): Extract<EmitReason, 'first' | 'resolved' | 'update' | 'reminder'> | null {
  const { isResolved } = occurrence.period;
  if (told === null || told.isGone) return 'first';
  if (isResolved) return told.isResolved ? null : 'resolved';
  if (told.isResolved || told.watched !== occurrence.watched) return 'update';
  if (occurrence.last - told.toldAt >= config.remindEveryMs) return 'reminder';
  return null;
}

/** What is known to have been said once `reason` was told. */
export function toldAs(reason: EmitReason, occurrence: Occurrence, told: Told | null): Told {
  return {
    occurrence: occurrence.id,
    start: occurrence.period.start,
    toldAt: occurrence.last,
    // A first telling speaks of the firing; the resolve is told on its own, whichever of them came first.
    isResolved: reason !== 'first' && occurrence.period.isResolved,
    watched: occurrence.watched,
    revision: (told?.revision ?? 0) + 1,
    isGone: false,
  };
}

/** Told occurrences that are none any more, each with the one that it turned out to belong to. */
export function mergersOf(
  told: readonly Told[],
  occurrences: readonly Occurrence[],
): { readonly told: Told; readonly into: Occurrence }[] {
  return told.flatMap((gone) => {
    if (gone.isGone || occurrences.some(({ id }) => id === gone.occurrence)) return [];
    const into = heirOf(gone, occurrences);
    return into === null ? [] : [{ told: gone, into }];
  });
}

/** The occurrence that holds what was last told of `gone`, else the one that began at or before it. */
function heirOf(gone: Told, occurrences: readonly Occurrence[]): Occurrence | null {
  return (
    occurrences.findLast(({ first, last }) => first <= gone.toldAt && gone.toldAt <= last) ??
    occurrences.findLast(({ period }) => period.start <= gone.start) ??
    occurrences[0] ??
    null
  );
}
