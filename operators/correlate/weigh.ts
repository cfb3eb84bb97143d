import type { Contribution } from '../../schemas/alert.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import type { IncidentType } from '../../schemas/incident.ts';
import { busyOf, slotOf, surprise } from './base-rate.ts';
import { hasGoneOn, isAdrift, isOver, type Weighing } from './gone-on.ts';
import { isSevere, keyOf } from './read-traits.ts';
import { lastNewsAt } from './shape.ts';
import type { CorrelateStep } from './step.ts';

/** The features in the order in which a member row stores them. */
export const features = ['temporal', 'topology', 'labels', 'template', 'recurrence'] as const;

type Feature = (typeof features)[number];

const typeOf: Readonly<Record<Feature, IncidentType>> = {
  temporal: 'temporal',
  topology: 'topological',
  labels: 'semantic',
  template: 'semantic',
  recurrence: 'semantic',
};

/** How sure we are, in thousandths, and what each feature adds to it; the parts sum to at most the whole. */
export interface Confidence {
  readonly confidence: number;
  readonly evidence: readonly number[];
}

export interface Weighed extends Confidence {
  /**
   * The confidence if every near service in alert counted, not only the nearest: what decides between incidents that
   * an alert may join. It does not decide whether it may, else the largest incident would draw in everything.
   */
  readonly support: number;
}

export const noConfidence: Confidence = { confidence: 0, evidence: [] };

/** Other evidence than time must come to this much by itself: unrelated things happen at the same time. */
const leastEvidence = 0.1;

/** Templates of one incident that are compared; the newest, since a long incident may hold hundreds. */
const maxTemplates = 16;

/** Less similar messages share only the words that all alerts share (high, error, failed). */
const similarAt = 0.5;

/** What an incident of nothing but mild alerts has of its support: it is no match for one that matters. */
const mildShare = 0.5;

/** Alerts seconds apart are taken as this far apart: detection is no more exact, in windows. */
const leastWindows = 0.2;

/** What a side alert's recurrence still says of an incident that is over or adrift: it takes the cause to revive it. */
const sideRecurrence = 0.5;

/**
 * The part of a recurrence that fires in the incident already: one alert cannot fire twice at once, so these are two
 * occurrences that dedupe has yet to merge.
 */
const doubled = 0.95;

/** Something an incident holds: when it was last seen there, and in which windows before the incident (bits). */
interface Sighting {
  readonly lastAt: EventTimeMs;
  readonly busy: number;
}

/**
 * How sure we are that an alert belongs to an incident. Features are independent reasons (noisy-or):
 * confidence = 1 - Π(1 - weight × strength). Each feature's part is its share of the logarithm of that product.
 */
export function weigh(step: CorrelateStep, weighing: Weighing): Weighed {
  const isClosing = isOver(weighing) || isAdrift(step, weighing);
  const near = isClosing ? { nearest: 0, all: 0 } : topological(step, weighing);
  const strengths: Record<Feature, number> = {
    temporal: temporal(step, weighing),
    topology: near.nearest,
    labels: isClosing ? 0 : labelled(step, weighing),
    template: isClosing ? 0 : templated(step, weighing),
    recurrence: recurrence(step, weighing, isClosing),
  };
  const parts = features.map((feature) => step.config.weights[feature] * strengths[feature]);
  if (weighing.shape.firing.has(weighing.traits.fingerprint)) parts[features.indexOf('recurrence')] = doubled;
  const withAll = parts.map((part, at) => (features[at] === 'topology' ? Math.max(part, near.all) : part));
  const isMild = !isSevere(step.config, weighing.row.severity);
  return { ...combine(parts), support: combine(withAll).confidence * (isMild ? mildShare : 1) };
}

export function contributionsOf(evidence: readonly number[]): Contribution[] {
  if (evidence.length === 0) return [{ name: 'opener', weight: 1 }];
  return features.flatMap((name, at) => {
    const weight = (evidence[at] ?? 0) / 1000;
    return weight > 0 ? [{ name, weight }] : [];
  });
}

export function typesOf(evidence: readonly number[]): readonly IncidentType[] {
  return features.filter((_, at) => (evidence[at] ?? 0) > 0).map((feature) => typeOf[feature]);
}

export function combine(parts: readonly number[]): Confidence {
  const losses = parts.map((part) => -Math.log1p(-part));
  const [time = 0, ...others] = losses;
  const rest = others.reduce((sum, loss) => sum + loss, 0);
  if (1 - Math.exp(-rest) < leastEvidence) return noConfidence;
  const confidence = 1 - Math.exp(-(time + rest));
  return {
    confidence: Math.round(confidence * 1000),
    evidence: losses.map((loss) => Math.floor((loss / (time + rest)) * Math.round(confidence * 1000))),
  };
}

/** Silence between the incident and the alert; none within its span or its future, as alerts may arrive late. */
function gapMs(lastAt: EventTimeMs, { start, row }: Weighing): number {
  return start >= lastAt ? start - lastAt : Math.max(0, row.startedAt - start);
}

function temporal(step: CorrelateStep, weighing: Weighing): number {
  const lastAt = lastNewsAt(weighing.shape) ?? weighing.row.startedAt;
  return Math.exp(-gapMs(lastAt, weighing) / step.config.windowMs);
}

/**
 * What is left of evidence from something that was in alert at `lastAt`: half after each window, and less the more
 * often it is in alert anyway.
 */
function worth(step: CorrelateStep, weighing: Weighing, { lastAt, busy }: Sighting): number {
  const windows = gapMs(lastAt, weighing) / step.config.windowMs;
  return surprise(busy, Math.max(windows, leastWindows)) * 2 ** -windows;
}

/**
 * The nearest service in alert counts, by as much as it is unusual that anything so near is in alert: in a noisy neighbourhood
 * there is always something three hops away.
 */
function topological(step: CorrelateStep, weighing: Weighing): { nearest: number; all: number } {
  const { traits, candidate, row } = weighing;
  const slot = slotOf(step, row.startedAt);
  const near = step.derived.topology.near(traits.service);
  let nearest = 0;
  let unexplained = 1;
  let busy = 0;
  let seen = 0;
  // Both lists are in order of hops, so each neighbour is looked at once.
  for (const { hops, share, lastAt } of candidate.services) {
    for (let next = near[seen]; next !== undefined && next.hops <= hops; next = near[seen]) {
      busy |= busyOf(step, keyOf.service(traits.tenant, next.service), slot);
      seen += 1;
    }
    const decay = step.config.topology.hopDecay ** hops * share;
    const strength = decay * worth(step, weighing, { lastAt, busy });
    nearest = Math.max(nearest, strength);
    unexplained *= 1 - step.config.weights.topology * strength;
  }
  return { nearest, all: 1 - unexplained };
}

function labelled(step: CorrelateStep, weighing: Weighing): number {
  const { traits, candidate, row } = weighing;
  const slot = slotOf(step, row.startedAt);
  let unexplained = 1;
  for (const { label, holders, lastAt } of candidate.labels) {
    const weight = step.config.labels[label.slice(0, label.indexOf('='))] ?? 0;
    const busy = busyOf(step, keyOf.label(traits.tenant, label), slot);
    // A value that points to many incidents points to none: inverse document frequency over the live index.
    const rarity = 1 / (1 + Math.log2(holders) / 4);
    unexplained *= 1 - weight * rarity * worth(step, weighing, { lastAt, busy });
  }
  return 1 - unexplained;
}

function templated(step: CorrelateStep, weighing: Weighing): number {
  const { traits, shape, row } = weighing;
  if (traits.template === '') return 0;
  const busy = busyOf(step, keyOf.template(traits.tenant, traits.template), slotOf(step, row.startedAt));
  let best = 0;
  for (const { template, lastAt } of shape.templates.slice(-maxTemplates)) {
    const alike = weighing.alike(template);
    if (alike >= similarAt) best = Math.max(best, alike * worth(step, weighing, { lastAt, busy }));
  }
  return best;
}

function recurrence(step: CorrelateStep, weighing: Weighing, isClosing: boolean): number {
  const { traits, candidate, row } = weighing;
  if (!candidate.isRecurrence) return 0;
  if (isClosing || row.state === 'resolved') return row.cause === traits.fingerprint ? 1 : sideRecurrence;
  return hasGoneOn(step, weighing) ? 1 : sideRecurrence;
}
