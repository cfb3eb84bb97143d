import type { EventTimeMs, IncidentId } from '../../schemas/brand.ts';
import type { Posting } from './member-index.ts';
import { keyOf } from './read-traits.ts';
import type { Traits } from './rows.ts';
import { compareText } from './sorted.ts';
import type { CorrelateStep } from './step.ts';
import type { Neighbour } from './topology.ts';

/** What a new alert shares with one incident, as the indexes found it. */
export interface Candidate {
  readonly incident: IncidentId;
  /** Newest start among the members it was found by. */
  lastAt: EventTimeMs;
  /** Services near the alert's own that have members here. */
  readonly services: (Neighbour & { readonly lastAt: EventTimeMs })[];
  /** Shared label values; `holders` incidents share each of them at the moment. */
  readonly labels: { readonly label: string; readonly holders: number; readonly lastAt: EventTimeMs }[];
  isRecurrence: boolean;
}

/** Evidence older than this many windows has faded to nothing worth a comparison. */
export const horizonWindows = 3;

/**
 * Incidents worth comparing with an alert that began at `start`: at most `maxCandidates`, those that saw the same
 * alert first, then the newest, ties by id. Each index is read from its newest entry back to the horizon and no
 * further than the cap, so that the cost does not grow with the number of open incidents.
 */
export function findCandidates(
  step: CorrelateStep,
  traits: Traits,
  start: EventTimeMs,
): readonly Candidate[] {
  const found = new Map<string, Candidate>();
  const { tenant } = traits;
  for (const posting of recent(
    step,
    keyOf.fingerprint(tenant, traits.fingerprint),
    Number.NEGATIVE_INFINITY,
  )) {
    candidate(found, posting).isRecurrence = true;
  }
  const since = start - horizonWindows * step.config.windowMs;
  for (const neighbour of nearTo(step, traits)) {
    const { service, hops } = neighbour;
    const key = hops === 0 ? keyOf.service(tenant, service) : keyOf.farReaching(tenant, service);
    for (const posting of recent(step, key, since)) {
      candidate(found, posting).services.push({ ...neighbour, lastAt: posting.lastAt });
    }
  }
  for (const label of traits.labels) {
    const holders = recent(step, keyOf.label(tenant, label), since);
    for (const posting of holders) {
      candidate(found, posting).labels.push({ label, holders: holders.length, lastAt: posting.lastAt });
    }
  }
  for (const posting of recent(step, keyOf.template(tenant, traits.template), since))
    candidate(found, posting);
  return [...found.values()].sort(byPromise).slice(0, step.config.maxCandidates);
}

/** Services whose alerts may have to do with this one. */
function nearTo(step: CorrelateStep, { isNode, isFarReaching, service }: Traits): readonly Neighbour[] {
  if (!isNode) return [];
  const near = step.derived.topology.near(service);
  return isFarReaching ? near : near.slice(0, 1);
}

/** The newest incidents under a key, newest first, down to `since` and at most `maxCandidates`. */
function recent(step: CorrelateStep, key: string, since: EventTimeMs): readonly Posting[] {
  const holders = step.derived.members.holders(key);
  const last = Math.max(0, holders.length - step.config.maxCandidates);
  const found: Posting[] = [];
  for (let at = holders.length - 1; at >= last; at -= 1) {
    const posting = holders[at];
    if (posting === undefined || posting.lastAt < since) break;
    found.push(posting);
  }
  return found;
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
