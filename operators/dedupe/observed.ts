import type { EventTimeMs } from '../../schemas/brand.ts';
import { comparePlaces } from '../../schemas/place.ts';
import type { Segment } from '../../schemas/reduced.ts';
import { cellOf, type DedupeConfig, resolveReach } from './config.ts';
import { type Atom, lineOf } from './occurrences.ts';
import type { KnownRun } from './rows.ts';
import { latest, mergeAll, uniteSegments } from './segments.ts';
import type { Rules } from './timeline.ts';

/** The same run as all shards saw it, and the one whose text speaks for it. */
export interface Sight {
  readonly runs: readonly KnownRun[];
  readonly newest: KnownRun;
  /** Segments up to here are settled. */
  readonly settledTo: EventTimeMs;
  readonly first: EventTimeMs;
  readonly last: EventTimeMs;
}

/** An atom of the time line with what was observed then. */
export interface Observed {
  readonly atom: Atom;
  readonly segment: Segment;
  readonly sight: Sight;
}

/**
 * What is not settled of a fingerprint's runs, ascending in time; `atom.index` is the place in the result. Runs that differ
 * by their shard only are one, so that it does not matter where an alert was read. A run that no resolve comes near and
 * that is nowhere silent is one atom (two where the cap may cut it): the time line makes the same of it, at a fraction of the cost.
 */
export function observedOf(runs: readonly KnownRun[], rules: Rules): Observed[] {
  const { config } = rules;
  const found: { readonly segment: Segment; readonly sight: Sight }[] = [];
  const stirs = stirsOf(runs, config);
  for (const sight of sightsOf(runs)) {
    const isCalm = !isStirred(sight, stirs, config);
    for (const segment of segmentsOf(sight, isCalm, rules)) found.push({ segment, sight });
  }
  found.sort((a, b) => a.segment.first - b.segment.first);
  return found.map(({ segment, sight }, index) => ({
    segment,
    sight,
    atom: atomOf(segment, sight, { index, config }),
  }));
}

function segmentsOf(
  { runs, newest, settledTo, first, last }: Sight,
  isCalm: boolean,
  { config, cap }: Rules,
): readonly Segment[] {
  const { partial } = newest;
  const isUnsettled = settledTo < first;
  const isOneLine = lineOf(first, cap) === lineOf(last, cap);
  if (isCalm && isOneLine && runs.length === 1 && isUnsettled && speaksForCell(newest, config))
    return [partial];
  const all = uniteSegments(
    runs.map((run) => run.counts.unpack().segments),
    config.windowMs,
  );
  const segments = isUnsettled ? all : all.filter(({ last }) => last > settledTo);
  if (!isCalm || segments.length < 2 || !isUnbroken(segments, newest, config)) return segments;
  return mergeAll(segments, (segment) => lineOf(segment.first, cap));
}

/** When resolves were seen and what they end: where these fall, a run must be looked at closely. */
function stirsOf(runs: readonly KnownRun[], config: DedupeConfig): { from: EventTimeMs; to: EventTimeMs }[] {
  return runs.flatMap(({ partial }) => {
    if (partial.status === 'firing') return [];
    const { first, last, endsAt, cell } = partial;
    const end = Math.max(endsAt ?? first, cellOf(cell, config) - resolveReach(config));
    const seen = { from: first, to: last };
    return end < first ? [{ from: end, to: end }, seen] : [seen];
  });
}

/**
 * Whether more than silence may part the observations of a sight: a resolve that is seen, or acts, between `latenessMs`
 * before its first and its last one.
 */
function isStirred(
  { newest, first, last }: Sight,
  stirs: readonly { readonly from: EventTimeMs; readonly to: EventTimeMs }[],
  { latenessMs }: DedupeConfig,
): boolean {
  return (
    newest.partial.status === 'resolved' ||
    stirs.some(({ from, to }) => from <= last && to >= first - latenessMs)
  );
}

/** Whether each observation of a run speaks for at least a cell, so that there is no silence in it. */
export function speaksForCell({ partial: { ending } }: KnownRun, config: DedupeConfig): boolean {
  switch (ending) {
    case 'explicit':
      return config.reachMs >= config.windowMs;
    case 'timeout':
      return false;
    case 'window':
      return true;
  }
}

export function isUnbroken(
  segments: readonly Segment[],
  { partial }: KnownRun,
  config: DedupeConfig,
): boolean {
  let speaksTo = Number.POSITIVE_INFINITY;
  for (const segment of segments) {
    if (segment.first > speaksTo) return false;
    const end = naturalEnd(partial.ending, segment, config);
    speaksTo = speaksTo === Number.POSITIVE_INFINITY ? end : Math.max(speaksTo, end);
  }
  return true;
}

function atomOf(
  segment: Segment,
  { newest }: Sight,
  { index, config }: { readonly index: number; readonly config: DedupeConfig },
): Atom {
  const { first, last } = segment;
  const { status, startsAt, endsAt, ending } = newest.partial;
  if (status === 'resolved') return { status, first, last, startsAt, end: endsAt ?? first, index };
  return { status, first, last, startsAt, end: naturalEnd(ending, segment, config), index };
}

/**
 * Until when a firing observation speaks if nothing else is heard (design §7). Always after `last`: an occurrence of no
 * length would share its start, and so its name, with what follows.
 */
export function naturalEnd(
  ending: KnownRun['partial']['ending'],
  { last, endsAt }: Pick<Segment, 'last' | 'endsAt'>,
  config: DedupeConfig,
): EventTimeMs {
  switch (ending) {
    case 'explicit':
      return Math.max(last + config.reachMs, last + 1);
    case 'timeout':
      return Math.max(endsAt ?? last + config.resolveAfterMs, last + 1);
    case 'window':
      return last + config.windowMs;
  }
}

function sightsOf(runs: readonly KnownRun[]): Sight[] {
  if (runs.length === 1) return [sightOf(runs)];
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
  let settledTo: EventTimeMs | null = null;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const run of runs) {
    settledTo = latest(settledTo, run.settledTo);
    first = Math.min(first, run.partial.first);
    last = Math.max(last, run.partial.last);
  }
  const newest = runs.reduce((a, b) => (isNewer(b, a) ? b : a));
  return { runs, newest, settledTo: settledTo ?? Number.NEGATIVE_INFINITY, first, last };
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
