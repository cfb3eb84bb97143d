import type { EventTimeMs } from '../../schemas/brand.ts';
import { comparePlaces } from '../../schemas/place.ts';
import type { Segment } from '../../schemas/reduced.ts';
import type { DedupeConfig } from './config.ts';
import type { Atom } from './occurrences.ts';
import type { KnownRun } from './rows.ts';
import { uniteSegments } from './segments.ts';

/** The same run as all shards saw it, and the one whose text speaks for it. */
export interface Sight {
  readonly runs: readonly KnownRun[];
  readonly newest: KnownRun;
  readonly settledTo: EventTimeMs;
}

/** An atom of the time line with what was observed then. */
export interface Observed {
  readonly atom: Atom;
  readonly segment: Segment;
  readonly sight: Sight;
}

/**
 * What is not settled of a fingerprint's runs, ascending in time; `atom.index` is the place in the result. Runs that differ
 * by their shard only are one, so that it does not matter where an alert was read.
 */
export function observedOf(runs: readonly KnownRun[], config: DedupeConfig): Observed[] {
  const found: { readonly segment: Segment; readonly sight: Sight }[] = [];
  for (const sight of sightsOf(runs)) {
    const segments = uniteSegments(
      sight.runs.map(({ partial }) => partial.segments),
      config.windowMs,
    );
    for (const segment of segments) if (segment.last > sight.settledTo) found.push({ segment, sight });
  }
  found.sort((a, b) => a.segment.first - b.segment.first);
  return found.map(({ segment, sight }, index) => ({
    segment,
    sight,
    atom: atomOf(segment, sight, { index, config }),
  }));
}

function atomOf(
  { first, last, endsAt }: Segment,
  { newest }: Sight,
  { index, config }: { readonly index: number; readonly config: DedupeConfig },
): Atom {
  const { status, startsAt } = newest.partial;
  if (status === 'resolved')
    return { status, first, last, startsAt, end: newest.partial.endsAt ?? first, index };
  // An occurrence of no length would share its start, and so its name, with what follows.
  const end = Math.max(naturalEnd(newest, { last, endsAt }, config), last + 1);
  return { status, first, last, startsAt, end, index };
}

/** Until when a firing observation speaks if nothing else is heard (design §7). */
function naturalEnd(
  { partial }: KnownRun,
  { last, endsAt }: Pick<Segment, 'last' | 'endsAt'>,
  config: DedupeConfig,
): EventTimeMs {
  switch (partial.ending) {
    case 'explicit':
      return last + config.reachMs;
    case 'timeout':
      return endsAt ?? last + config.resolveAfterMs;
    case 'window':
      return last + config.windowMs;
  }
}

function sightsOf(runs: readonly KnownRun[]): Sight[] {
  if (runs.length === 1) return runs.map((run) => sightOf([run]));
  const bySameness = new Map<string, KnownRun[]>();
  for (const run of runs) {
    const { cell, status, watched, startsAt, endsAt, ending } = run.partial;
    const end = status === 'resolved' ? endsAt : null;
    const key = `${cell} ${status} ${watched} ${startsAt} ${end} ${ending}`;
    const same = bySameness.get(key);
    if (same === undefined) bySameness.set(key, [run]);
    else same.push(run);
  }
  return [...bySameness.values()].map(sightOf);
}

function sightOf(runs: readonly KnownRun[]): Sight {
  let settledTo = Number.NEGATIVE_INFINITY;
  for (const run of runs) settledTo = Math.max(settledTo, run.settledTo ?? settledTo);
  return { runs, newest: runs.reduce((a, b) => (isNewer(b, a) ? b : a)), settledTo };
}

function isNewer({ partial: a }: KnownRun, { partial: b }: KnownRun): boolean {
  if (a.last !== b.last) return a.last > b.last;
  if (a.contentHash !== b.contentHash) return a.contentHash > b.contentHash;
  return a.sourceId > b.sourceId;
}

/** A fixed order among the runs of a fingerprint, whatever order their rows come back in. */
export function compareRuns({ partial: a }: KnownRun, { partial: b }: KnownRun): number {
  return a.cell - b.cell || a.shard - b.shard || comparePlaces(a.id, b.id);
}
