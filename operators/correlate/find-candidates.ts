import type { EventTimeMs, IncidentId } from '../../schemas/brand.ts';
import type { Posting } from './member-index.ts';
import { keyOf, type TraitKeys } from './read-traits.ts';
import type { Traits, ValueRow } from './rows.ts';
import { compareText } from './sorted.ts';
import type { CorrelateStep } from './step.ts';
import { isTemplateStrong, suffices } from './suffices.ts';
import type { Neighbour } from './topology.ts';

/** A label value of the new alert, looked up once for all incidents that share it. */
export interface SharedLabel {
  readonly key: string;
  /** Incidents that share it at the moment, as far as they are looked at. */
  readonly holders: number;
  /** How much one shared value says, 0–1: less the more incidents share it at the moment. */
  readonly weight: number;
  readonly rate: ValueRow | undefined;
}

/** What a new alert shares with one incident, as the indexes found it. */
export interface Candidate {
  readonly incident: IncidentId;
  /** Newest start among the members it was found by. */
  lastAt: EventTimeMs;
  /** Services near the alert's own that have members here. */
  readonly services: { readonly neighbour: Neighbour; readonly lastAt: EventTimeMs }[];
  readonly labels: { readonly label: SharedLabel; readonly lastAt: EventTimeMs }[];
  isRecurrence: boolean;
}

/** Evidence older than this many windows has faded to nothing worth a comparison. */
export const horizonWindows = 3;

/** A new alert that incidents are looked for. */
export interface Sought {
  readonly traits: Traits;
  readonly keys: TraitKeys;
  readonly start: EventTimeMs;
}

interface Search extends Omit<Sought, 'start'> {
  readonly step: CorrelateStep;
  readonly since: EventTimeMs;
  readonly found: Map<string, Candidate>;
}

/**
 * Incidents worth comparing with an alert that began at `start`: at most `maxCandidates`, those that saw the same
 * alert first, then the newest, ties by id. Each index is read from its newest entry back to the horizon and no
 * further than the cap, so that the cost does not grow with the number of open incidents. What could not make the alert
 * join even together (a region, a common message) finds no incident; it counts for those that something else found.
 */
export function findCandidates(step: CorrelateStep, { traits, keys, start }: Sought): readonly Candidate[] {
  const since = start - horizonWindows * step.config.windowMs;
  const search: Search = { step, traits, keys, since, found: new Map() };
  findRecurrences(search);
  findNear(search);
  const labels = traits.labels.map((label, at) => sharedLabel(search, label, keys.labels[at] ?? ''));
  const { strong, weak } = sortOut(step, traits, labels);
  for (const label of strong) findSharing(search, label);
  if (traits.template !== '' && isTemplateStrong(step.config)) findAlike(search);
  for (const label of weak) addShared(search, label);
  return [...search.found.values()].sort(byPromise).slice(0, step.config.maxCandidates);
}

function findRecurrences({ step, keys, found }: Search): void {
  for (const posting of recent(step, keys.fingerprint, Number.NEGATIVE_INFINITY))
    candidate(found, posting).isRecurrence = true;
}

function findNear({ step, traits, keys, since, found }: Search): void {
  for (const neighbour of nearTo(step, traits)) {
    const { service, hops } = neighbour;
    const key = hops === 0 ? keys.service : keyOf.farReaching(traits.tenant, service);
    for (const posting of recent(step, key, since))
      candidate(found, posting).services.push({ neighbour, lastAt: posting.lastAt });
  }
}

function findSharing({ step, found }: Search, label: SharedLabel): void {
  for (const posting of newest(step, label.key, label.holders))
    candidate(found, posting).labels.push({ label, lastAt: posting.lastAt });
}

function findAlike({ step, keys, since, found }: Search): void {
  for (const posting of recent(step, keys.template, since)) candidate(found, posting);
}

/** Notes which of the incidents that were found hold the label as well. */
function addShared({ step, since, found }: Search, label: SharedLabel): void {
  for (const entry of found.values()) {
    const lastAt = step.derived.members.shape(entry.incident)?.keys.get(label.key)?.lastAt;
    if (lastAt === undefined || lastAt < since) continue;
    entry.labels.push({ label, lastAt });
    entry.lastAt = Math.max(entry.lastAt, lastAt);
  }
}

function sharedLabel({ step, since }: Search, label: string, key: string): SharedLabel {
  const holders = countRecent(step, key, since);
  // A value that points to many incidents points to none: inverse document frequency over the live index.
  const rarity = 1 / (1 + Math.log2(Math.max(1, holders)) / 4);
  const weight = (step.config.labels[label.slice(0, label.indexOf('='))] ?? 0) * rarity;
  return { key, holders, weight, rate: step.tables.values.get(key) };
}

interface SortedOut {
  readonly strong: readonly SharedLabel[];
  /** Labels that with all other weak ones, the template and the time would not make the alert join. */
  readonly weak: readonly SharedLabel[];
}

function sortOut({ config }: CorrelateStep, { template }: Traits, labels: readonly SharedLabel[]): SortedOut {
  const { weights, joinAt } = config;
  let doubt = 1 - weights.temporal;
  if (template !== '') doubt *= 1 - weights.template;
  const weakestFirst = [...labels].sort((a, b) => a.weight - b.weight || compareText(a.key, b.key));
  const strong = weakestFirst.filter((label) => {
    doubt *= 1 - weights.labels * label.weight;
    return suffices(doubt, joinAt);
  });
  return { strong, weak: weakestFirst.slice(0, labels.length - strong.length) };
}

/** Services whose alerts may have to do with this one. */
function nearTo(step: CorrelateStep, { isNode, isFarReaching, service }: Traits): readonly Neighbour[] {
  if (!isNode) return [];
  const near = step.derived.topology.near(service);
  return isFarReaching ? near : near.slice(0, 1);
}

/** The newest incidents under a key, newest first, down to `since` and at most `maxCandidates`. */
function recent(step: CorrelateStep, key: string, since: EventTimeMs): readonly Posting[] {
  return newest(step, key, countRecent(step, key, since));
}

function newest(step: CorrelateStep, key: string, count: number): readonly Posting[] {
  return count === 0 ? [] : step.derived.members.holders(key).slice(-count).reverse();
}

function countRecent(step: CorrelateStep, key: string, since: EventTimeMs): number {
  const holders = step.derived.members.holders(key);
  const most = Math.min(holders.length, step.config.maxCandidates);
  let count = 0;
  while (count < most && (holders[holders.length - 1 - count]?.lastAt ?? since) >= since) count += 1;
  return count;
}

function candidate(found: Map<string, Candidate>, posting: Posting): Candidate {
  let entry = found.get(posting.incident);
  if (entry === undefined) {
    entry = {
      incident: posting.incident,
      lastAt: posting.lastAt,
      services: [],
      labels: [],
      isRecurrence: false,
    };
    found.set(posting.incident, entry);
  }
  entry.lastAt = Math.max(entry.lastAt, posting.lastAt);
  return entry;
}

function byPromise(a: Candidate, b: Candidate): number {
  return (
    Number(b.isRecurrence) - Number(a.isRecurrence) ||
    b.lastAt - a.lastAt ||
    compareText(a.incident, b.incident)
  );
}
