import { severities } from '../../schemas/alert.ts';
import type { ProbableCause } from '../../schemas/incident.ts';
import { busyOf, slotOf, surprise } from './base-rate.ts';
import { keyOf } from './read-traits.ts';
import type { IncidentRow, MemberRow } from './rows.ts';
import type { Member, Shape } from './shape.ts';
import type { CorrelateStep } from './step.ts';

/** A cause is among the first to alert; later members cannot change it, so the cost stays bounded. */
const maxConsidered = 64;

/** What a service keeps of its topology evidence when something that it depends on alerts as well. */
const explainedShare = 0.5;

export interface Cause {
  readonly member: Member;
  readonly probable: ProbableCause;
}

/** Why a member may be the cause, in the order in which it is told. */
const reasons = ['topology', 'earliest', 'severity', 'rarity'] as const;

/** Each 0–1. */
type Strengths = Readonly<Record<(typeof reasons)[number], number>>;

interface Judged {
  readonly member: Member;
  readonly strengths: Strengths;
  readonly total: number;
}

/** First start of each service among the members considered. */
type Starts = ReadonlyMap<string, number>;

/**
 * The member that most probably began it: the one whose service explains the others (they depend on it), early,
 * severe and rare; ties go to the earlier start, then to the lower occurrence id. null when there are no members.
 */
export function rankCause(step: CorrelateStep, row: IncidentRow, shape: Shape): Cause | null {
  const members = considered(row, shape);
  const first = members[0];
  if (first === undefined) return null;
  const starts = startsOf(members);
  const explains = explainedBy(step, starts);
  const { causeWeights: weights, causeToleranceMs } = step.config;
  const rarities = new Map<string, number>();
  let best: Judged | null = null;
  for (const member of members) {
    const { service, template, severity: word, startedAt } = member.row;
    const topology = explains.get(service) ?? 0;
    const earliest = Math.exp((first.row.startedAt - startedAt) / causeToleranceMs);
    const severity = severities.indexOf(word) / (severities.length - 1);
    const others = weights.topology * topology + weights.earliest * earliest + weights.severity * severity;
    // The margin keeps sums that differ in their last bit a tie, which the earlier member wins.
    const toBeat = best === null ? Number.NEGATIVE_INFINITY : best.total + 1e-9;
    // Rarity is what costs look-ups; most members would not win with all of it.
    if (others + weights.rarity <= toBeat) continue;
    const trait = `${service}\u0000${template}`;
    const rare = rarities.get(trait) ?? rarity(step, row, member.row);
    rarities.set(trait, rare);
    const total = others + weights.rarity * rare;
    if (total > toBeat) best = { member, strengths: { topology, earliest, severity, rarity: rare }, total };
  }
  return best === null ? null : { member: best.member, probable: probableOf(step, best) };
}

function considered(row: IncidentRow, shape: Shape): readonly Member[] {
  const members: Member[] = [];
  for (const member of shape.members) {
    if (member.row.generation === row.generation) members.push(member);
    if (members.length >= maxConsidered) break;
  }
  return members;
}

function startsOf(members: readonly Member[]): Starts {
  const starts = new Map<string, number>();
  for (const { row } of members) {
    if (row.isNode && !starts.has(row.service)) starts.set(row.service, row.startedAt);
  }
  return starts;
}

/**
 * Of each service, the share of the other alerting services that depend on it and did not begin long before it; less when
 * one of its own dependencies explains it in turn: the deepest dependency is the root. Services that explain none are
 * left out.
 */
function explainedBy(step: CorrelateStep, starts: Starts): ReadonlyMap<string, number> {
  const { topology } = step.derived;
  const slackMs = step.config.causeToleranceMs;
  const symptoms = new Map<string, number>();
  const explained = new Set<string>();
  for (const service of starts.keys()) {
    const dependencies = topology.dependencies(service);
    if (dependencies.size === 0) continue;
    const start = starts.get(service) ?? 0;
    for (const on of inBoth(dependencies, starts)) {
      const began = starts.get(on) ?? 0;
      if (start < began - slackMs) continue;
      symptoms.set(on, (symptoms.get(on) ?? 0) + 1);
      // In a cycle each would explain the other.
      const isMutual = began >= start - slackMs && topology.dependencies(on).has(service);
      if (!isMutual) explained.add(service);
    }
  }
  const others = Math.max(1, starts.size - 1);
  const shareOf = (service: string, count: number) =>
    (count / others) * (explained.has(service) ? explainedShare : 1);
  return new Map(Array.from(symptoms, ([service, count]) => [service, shareOf(service, count)]));
}

function inBoth(services: ReadonlySet<string>, starts: Starts): readonly string[] {
  if (services.size <= starts.size) return [...services].filter((service) => starts.has(service));
  return [...starts.keys()].filter((service) => services.has(service));
}

/** How rarely its service and message were in alert before the incident. */
function rarity(step: CorrelateStep, row: IncidentRow, member: MemberRow): number {
  const slot = slotOf(step, row.startedAt);
  const service = surprise(busyOf(step, keyOf.service(member.tenant, member.service), slot), 1);
  const template = surprise(busyOf(step, keyOf.template(member.tenant, member.template), slot), 1);
  return Math.min(service, template);
}

/** Rounded down to thousandths: the parts sum to the confidence, and a replay prints the same digits. */
function probableOf(step: CorrelateStep, { member, strengths }: Judged): ProbableCause {
  const parts = reasons.map((name) => ({
    name,
    thousandths: Math.floor(step.config.causeWeights[name] * strengths[name] * 1000 + 1e-6),
  }));
  return {
    fingerprint: member.row.fingerprint,
    confidence: parts.reduce((sum, { thousandths }) => sum + thousandths, 0) / 1000,
    contributions: parts
      .filter(({ thousandths }) => thousandths > 0)
      .map(({ name, thousandths }) => ({ name, weight: thousandths / 1000 })),
  };
}
