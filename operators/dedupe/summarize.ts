import type { EventTimeMs, Fingerprint, OccurrenceId } from '../../schemas/brand.ts';
import { occurrenceIdOf } from '../../schemas/identity.ts';
import type { Values } from '../../schemas/reduced.ts';
import { mergeValues } from '../../schemas/values.ts';
import type { Observed } from './observed.ts';
import type { Atom, Period } from './occurrences.ts';
import type { Carried, Text, Told } from './rows.ts';

/** An occurrence as it is known now. */
export interface Occurrence {
  readonly id: OccurrenceId;
  readonly fingerprint: Fingerprint;
  readonly period: Period;
  /** A source named the start of the period. */
  readonly isNamed: boolean;
  /** First and last firing observation, and their number. */
  readonly first: EventTimeMs;
  readonly last: EventTimeMs;
  readonly count: number;
  readonly values: Values | null;
  /** Newest observation; of two at one time a resolve is the newer. */
  readonly text: Text;
  /** Watched fields of the newest firing observation. */
  readonly watched: string;
}

export interface Known {
  readonly observed: readonly Observed[];
  readonly carried: Carried | null;
  readonly told: readonly Told[];
}

/** Index of the atom that stands for what was carried over. */
export const carriedIndex = -1;

/** A period with what was observed in it: a sum, so that neither order nor spread matters. */
export function summarize(fingerprint: Fingerprint, period: Period, known: Known): Occurrence {
  const isCarried = period.firing.some(({ index }) => index === carriedIndex);
  const base = isCarried ? known.carried : null;
  let { first, last, count, values, isNamed } = base ?? nothing;
  for (const { index } of period.firing) {
    const seen = known.observed[index];
    if (seen === undefined) continue;
    first = Math.min(first, seen.segment.first);
    last = Math.max(last, seen.segment.last);
    count += seen.segment.count;
    values = mergeValues(values, seen.segment.values);
    isNamed ||= seen.atom.startsAt !== null;
  }
  const firing = newestText(base?.text ?? null, period.firing, known.observed);
  const text = newestText(firing, period.resolves, known.observed);
  // What was told has its name already: a look costs a hundredth of a hash.
  const told = known.told.find(({ start }) => start === period.start);
  const id = told?.occurrence ?? occurrenceIdOf(fingerprint, period.start);
  return { id, fingerprint, period, isNamed, first, last, count, values, text, watched: firing.watched };
}

const nothing = {
  first: Number.POSITIVE_INFINITY,
  last: Number.NEGATIVE_INFINITY,
  count: 0,
  values: null as Values | null,
  isNamed: false,
};

const noText: Text = {
  at: Number.NEGATIVE_INFINITY,
  status: 'firing',
  contentHash: '',
  head: {
    tenant: '',
    source: '',
    name: '',
    severity: 'unknown',
    labels: {},
    annotations: {},
    generatorUrl: '',
  },
  fingerprintRule: '',
  sourceId: '',
  watched: '',
  ending: 'window',
};

/** The text of the newest of `atoms`, or `base` when that is newer. */
function newestText(base: Text | null, atoms: readonly Atom[], observed: readonly Observed[]): Text {
  let newest: Observed | null = null;
  for (const { index } of atoms) {
    const seen = observed[index];
    if (seen !== undefined && (newest === null || isNewer(seen, newest))) newest = seen;
  }
  if (newest === null) return base ?? noText;
  const { head, contentHash, fingerprintRule, sourceId, watched, status, ending } =
    newest.sight.newest.partial;
  const text = {
    at: newest.segment.last,
    status,
    contentHash,
    head,
    fingerprintRule,
    sourceId,
    watched,
    ending,
  };
  return base !== null && compareTexts(base, text) > 0 ? base : text;
}

function isNewer(a: Observed, b: Observed): boolean {
  const byTime = a.segment.last - b.segment.last;
  if (byTime !== 0) return byTime > 0;
  return compareContents(a.sight.newest.partial, b.sight.newest.partial) > 0;
}

type Comparable = Pick<Text, 'status' | 'contentHash' | 'watched'>;

/** By time, then status, then content hash (protocol.md §3). */
function compareTexts(a: Text, b: Text): number {
  return a.at - b.at || compareContents(a, b);
}

function compareContents(a: Comparable, b: Comparable): number {
  if (a.status !== b.status) return a.status === 'resolved' ? 1 : -1;
  if (a.contentHash !== b.contentHash) return a.contentHash > b.contentHash ? 1 : -1;
  if (a.watched !== b.watched) return a.watched > b.watched ? 1 : -1;
  return 0;
}
