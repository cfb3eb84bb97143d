import { type EnrichedAlert, type Severity, severities } from '../../schemas/alert.ts';
import type { EventTimeMs, IncidentId, OccurrenceId } from '../../schemas/brand.ts';
import { incidentIdOf } from '../../schemas/identity.ts';
import type { Reason } from '../../schemas/reasons.ts';
import { remember } from './base-rate.ts';
import { type Candidate, findCandidates } from './find-candidates.ts';
import type { Arrival } from './gone-on.ts';
import { reopen, settle } from './life-cycle.ts';
import { similarityTo } from './mask-template.ts';
import { note } from './note.ts';
import { keyOf, readTraits, type TraitKeys, traitKeysOf } from './read-traits.ts';
import { copyOf, type IncidentRow, type MemberRow, type Traits } from './rows.ts';
import type { CorrelateStep } from './step.ts';
import { contributionsOf, evidenceOf, typesOf, type Weighed, weigh } from './weigh.ts';

interface Newcomer {
  readonly alert: EnrichedAlert;
  readonly traits: Traits;
  readonly keys: TraitKeys;
  readonly start: EventTimeMs;
  readonly endedAt: EventTimeMs | null;
}

interface Match extends Weighed {
  readonly incident: IncidentId;
}

/** What was found: the best incident that takes members, and why a better one does not. */
interface Choice {
  readonly match: Match | null;
  readonly refused: { readonly incident: IncidentId; readonly reason: Reason } | null;
  readonly compared: number;
}

/**
 * Makes an unknown occurrence a member: of the incident it most surely belongs to, else of a new one. Returns the
 * incident; the caller passes the alert on and publishes.
 */
export function place(step: CorrelateStep, alert: EnrichedAlert, endedAt: EventTimeMs | null): IncidentId {
  const traits = readTraits(step.config, step.derived.topology, alert);
  const keys = traitKeysOf(traits);
  const newcomer = { alert, traits, keys, start: startOf(step, alert), endedAt };
  const choice = choose(step, newcomer);
  const id =
    choice.match === null ? open(step, newcomer, choice) : join(step, newcomer, choice.match, choice);
  remember(step, keys, newcomer.start);
  settle(step, id, traits);
  return id;
}

/** The named start, else the first sighting; never ahead of the shard's clock, as clocks of producers may be. */
export function startOf(step: CorrelateStep, alert: EnrichedAlert): EventTimeMs {
  return Math.min(alert.startsAt ?? alert.firstSeen, alert.firstSeen, step.time.at);
}

export function worse(a: Severity, b: Severity): Severity {
  return severities.indexOf(b) > severities.indexOf(a) ? b : a;
}

function choose(step: CorrelateStep, newcomer: Newcomer): Choice {
  const { traits, start } = newcomer;
  const candidates = findCandidates(step, newcomer);
  if (candidates.length === 0) return nobody;
  const { near, templateRate, alike } = arrivalOf(step, newcomer, candidates);
  let match: Match | null = null;
  let refused: (Match & { readonly reason: Reason }) | null = null;
  for (const candidate of candidates) {
    const row = step.tables.incidents.get(candidate.incident);
    const shape = step.derived.members.shape(candidate.incident);
    if (row === undefined || shape === undefined) continue;
    const weighing = { traits, start, near, templateRate, alike, candidate, row, shape };
    const { confidence, support, parts } = weigh(step, weighing);
    if (confidence < step.config.joinAt * 1000) continue;
    const reason = refusal(step, row, shape.members.length);
    const found = { incident: candidate.incident, confidence, support, parts };
    // Strictly better only: of equals the first candidate wins, which is the newest.
    if (reason === null && support > (match?.support ?? 0)) match = found;
    if (reason !== null && support > (refused?.support ?? 0)) refused = { reason, ...found };
  }
  return { match, refused, compared: candidates.length };
}

const nobody: Choice = { match: null, refused: null, compared: 0 };

function arrivalOf(
  step: CorrelateStep,
  { traits: { tenant, service, template }, keys }: Newcomer,
  candidates: readonly Candidate[],
): Omit<Arrival, 'traits' | 'start'> {
  const { values } = step.tables;
  const isNear = candidates.some(({ services }) => services.length > 0);
  const near = isNear ? step.derived.topology.near(service) : [];
  return {
    near: near.map(({ service, hops, share }) => {
      const rate = values.get(hops === 0 ? keys.service : keyOf.service(tenant, service));
      return { service, hops, share, rate };
    }),
    templateRate: values.get(keys.template),
    alike: similarityTo(template),
  };
}

function refusal(step: CorrelateStep, row: IncidentRow, members: number): Reason | null {
  if (members >= step.config.maxMembers) return 'member-cap';
  return step.time.at - row.openedAt > step.config.maxAgeMs ? 'age-cap' : null;
}

function join(step: CorrelateStep, newcomer: Newcomer, match: Match, choice: Choice): IncidentId {
  const { alert, start } = newcomer;
  const before = step.tables.incidents.get(match.incident);
  // A late alert speaks of the past: it is counted where it belongs but brings nothing back.
  const isReopening = before?.state === 'resolved' && !alert.isLate;
  if (isReopening) reopen(step, match.incident, start);
  const row = step.tables.incidents.get(match.incident);
  if (row === undefined) return match.incident;
  const evidence = evidenceOf(match);
  const joined = copyOf(row);
  joined.severity = worse(row.severity, alert.severity);
  joined.openedAt = Math.min(row.openedAt, start);
  joined.startedAt = Math.min(row.startedAt, start);
  joined.types = [...new Set([...row.types, ...typesOf(evidence)])].sort();
  step.tables.incidents.set(match.incident, joined);
  const { incident, confidence } = match;
  addMember(step, newcomer, { incident, generation: row.generation, confidence, evidence });
  const detail = detailOf(match, choice, evidence);
  note(step, { id: match.incident, reason: isReopening ? 'reopened' : 'joined', detail, alert });
  return match.incident;
}

function open(step: CorrelateStep, newcomer: Newcomer, { refused, compared }: Choice): IncidentId {
  const { alert, traits, start } = newcomer;
  const id = freeId(step, alert);
  step.tables.incidents.set(id, {
    tenant: traits.tenant,
    generation: 1,
    revision: 0,
    state: 'open',
    severity: alert.severity,
    title: '',
    cause: '',
    openedAt: start,
    startedAt: start,
    endedAt: null,
    quietSince: null,
    types: [],
    acknowledgement: '',
  });
  addMember(step, newcomer, { incident: id, generation: 1, confidence: 1000, evidence: [] });
  const detail: Record<string, string> = { compared: String(compared) };
  if (refused !== null) detail['instead'] = refused.incident;
  note(step, { id, reason: refused?.reason ?? 'opened', detail, alert });
  return id;
}

/** Named after its opener; an occurrence that opens for the second time (its first incident is over) gets another id. */
function freeId(step: CorrelateStep, alert: EnrichedAlert): IncidentId {
  const id = incidentIdOf(alert.tenant, alert.occurrence);
  const isFirst = alert.emitReason === 'first' || alert.emitReason === 'late';
  if (isFirst && step.tables.incidents.get(id) === undefined) return id;
  // Not an occurrence: a name that no other opener has, since time only grows.
  return incidentIdOf(alert.tenant, `${alert.occurrence}@${step.time.at}` as OccurrenceId);
}

function addMember(
  step: CorrelateStep,
  newcomer: Newcomer,
  joined: Pick<MemberRow, 'incident' | 'generation' | 'confidence' | 'evidence'>,
): void {
  const { alert, traits, keys, start, endedAt } = newcomer;
  const row: MemberRow = {
    incident: joined.incident,
    generation: joined.generation,
    name: alert.name.slice(0, maxNameChars),
    severity: alert.severity,
    startedAt: start,
    newsAt: newsAt(step, newcomer, joined.incident),
    endedAt,
    confidence: joined.confidence,
    evidence: joined.evidence,
    // Last: on Node 20 each property that follows a spread costs a microsecond (docs/performance.md).
    ...traits,
  };
  step.tables.members.set(alert.occurrence, row);
  step.derived.members.add(alert.occurrence, row, keys);
}

/**
 * Its own start, unless the same alert began in this incident less than a window ago: then it only goes on and off, and
 * a check that flaps for an hour would otherwise draw in everything that happens near it.
 */
function newsAt(step: CorrelateStep, { traits, start }: Newcomer, incident: IncidentId): EventTimeMs {
  const shape = step.derived.members.shape(incident);
  if (shape === undefined || !shape.fingerprints.has(traits.fingerprint)) return start;
  const { members } = shape;
  for (let at = members.length - 1; at >= 0; at -= 1) {
    const row = members[at]?.row;
    if (row === undefined || row.startedAt < start - step.config.windowMs) break;
    if (row.fingerprint === traits.fingerprint) return Math.min(start, row.newsAt);
  }
  return start;
}

/** Names are shown, never compared; what is longer would only make rows heavier. */
const maxNameChars = 200;

function detailOf(match: Match, { compared }: Choice, evidence: readonly number[]): Record<string, string> {
  const detail: Record<string, string> = {
    confidence: String(match.confidence / 1000),
    compared: String(compared),
  };
  for (const { name, weight } of contributionsOf(evidence)) detail[name] = String(weight);
  return detail;
}
