import type { EventTimeMs, Fingerprint } from '../../schemas/brand.ts';
import type { Settlement } from './account.ts';
import type { Period, Slice } from './occurrences.ts';
import type { Carried } from './rows.ts';
import { carriedIndex, type Known, type Occurrence, summarize } from './summarize.ts';
import type { Timeline } from './timeline.ts';

/** What becomes of a fingerprint's time line when the cells before an instant are dead. */
export interface Settled {
  /** Occurrences that nothing can touch any more. */
  readonly closed: readonly Occurrence[];
  /** What the settled atoms were settled as. */
  readonly settlements: readonly Settlement[];
  readonly carried: Carried | null;
  readonly floor: EventTimeMs;
}

/**
 * Takes out of a time line what is settled: sealed occurrences as a whole; of the open one everything that no resolve can
 * reach any more (`before`), as one carried sum; and parts that the cap cut off, once the next part has a sum of its own.
 */
export function settle(
  fingerprint: Fingerprint,
  timeline: Timeline,
  known: Known,
  before: EventTimeMs,
): Settled {
  const { sealed, open } = timeline;
  const { parts, rest } = cutOff(open.periods, before);
  const closed = [...sealed.periods, ...parts].map((period) => summarize(fingerprint, period, known));
  const isCarriedOpen = open.periods.some(({ firing }) => firing.some(isCarriedAtom));
  const current = rest[0];
  const summed = current === undefined ? null : carry(fingerprint, current, { known, before, parts });
  const settlements = [...closed.flatMap(settlementsOf), ...strayed(sealed)];
  if (summed !== null) settlements.push(...summed.settlements);
  const start = parts.length > 0 ? (current?.start ?? timeline.floor) : timeline.floor;
  return {
    closed,
    settlements,
    carried: summed?.carried ?? (isCarriedOpen && parts.length === 0 ? known.carried : null),
    floor: Math.max(timeline.floor, start),
  };
}

const isCarriedAtom = ({ index }: { readonly index: number }) => index === carriedIndex;

/** Leading parts of a long occurrence that can be closed. */
function cutOff(
  periods: readonly Period[],
  before: EventTimeMs,
): { parts: Period[]; rest: readonly Period[] } {
  const parts: Period[] = [];
  let rest = periods;
  for (;;) {
    const [part, next] = rest;
    const isNextSummed = next?.firing.some(({ last }) => last < before) ?? false;
    if (part === undefined || !part.isCut || part.end > before || !isNextSummed) return { parts, rest };
    parts.push(part);
    rest = rest.slice(1);
  }
}

interface Carrying {
  readonly known: Known;
  readonly before: EventTimeMs;
  /** Parts of the same occurrence that are closed now; they may speak for a longer time than what followed. */
  readonly parts: readonly Period[];
}

/** The settled atoms of an open occurrence as one sum; null when there are none. */
function carry(
  fingerprint: Fingerprint,
  period: Period,
  { known, before, parts }: Carrying,
): { carried: Carried; settlements: Settlement[] } | null {
  const atoms = period.firing.filter(({ last }) => last < before);
  if (!atoms.some((atom) => !isCarriedAtom(atom))) return null;
  const sum = summarize(fingerprint, { ...period, firing: atoms, resolves: [] }, known);
  const end = Math.max(...[...atoms, ...parts.flatMap(({ firing }) => firing)].map((atom) => atom.end));
  const { isNamed, first, last, count, values, text } = sum;
  const { start, isContinuation } = period;
  return {
    carried: { start, end, isContinuation, isNamed, first, last, count, values, text },
    settlements: [{ atoms, occurrence: sum.id, reason: 'repeat' }],
  };
}

function settlementsOf({ id, period }: Occurrence): Settlement[] {
  return [
    { atoms: period.firing, occurrence: id, reason: 'repeat' },
    { atoms: period.resolves, occurrence: id, reason: 'repeated-resolve' },
  ];
}

function strayed({ strays }: Slice): Settlement[] {
  return strays.map(({ atom, isRepeated }) => ({
    atoms: [atom],
    occurrence: null,
    reason: isRepeated ? 'repeated-resolve' : 'resolve-without-firing',
  }));
}
