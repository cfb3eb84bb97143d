import type { Contribution } from '../../schemas/alert.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import type { IncidentType } from '../../schemas/incident.ts';
import { busyBefore, slotOf, surprise } from './base-rate.ts';
import { hasGoneOn, isAdrift, isOver, type Weighing } from './gone-on.ts';
import { isSevere } from './read-traits.ts';
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

export interface Weighed {
  /** How sure we are that the alert belongs there, in thousandths. */
  readonly confidence: number;
  /**
   * The confidence if every near service in alert counted, not only the nearest: what decides between incidents that
   * an alert may join. It does not decide whether it may, else the largest incident would draw in everything.
   */
  readonly support: number;
  /** What each feature brings, 0–1, in the order of `features`. */
  readonly parts: readonly number[];
}

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

const nothingNear = { nearest: 0, all: 0 };

/** Something an incident holds: when it was last seen there, and in which windows before the incident (bits). */
interface Sighting {
  readonly lastAt: EventTimeMs;
  readonly busy: number;
}

/**
 * How sure we are that an alert belongs to an incident. Features are independent reasons (noisy-or):
 * confidence = 1 - Π(1 - weight × strength).
 */
export function weigh(step: CorrelateStep, weighing: Weighing): Weighed {
  const { weights } = step.config;
  const isClosing = isOver(weighing) || isAdrift(step, weighing);
  const near = isClosing ? nothingNear : topological(step, weighing);
  const isDoubled = weighing.shape.firing.has(weighing.traits.fingerprint);
  const time = weights.temporal * temporal(step, weighing);
  const nearest = weights.topology * near.nearest;
  const labels = isClosing ? 0 : weights.labels * labelled(step, weighing);
  const template = isClosing ? 0 : weights.template * templated(step, weighing);
  const again = isDoubled ? doubled : weights.recurrence * recurrence(step, weighing, isClosing);
  const parts = [time, nearest, labels, template, again];
  const isMild = !isSevere(step.config, weighing.row.severity);
  const all = confidenceOf([time, Math.max(nearest, near.all), labels, template, again]);
  return { confidence: confidenceOf(parts), support: all * (isMild ? mildShare : 1), parts };
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

/** Thousandths; 0 when there is too little besides the time. */
function confidenceOf([time = 0, ...others]: readonly number[]): number {
  const doubt = others.reduce((product, part) => product * (1 - part), 1);
  return 1 - doubt < leastEvidence ? 0 : Math.round((1 - (1 - time) * doubt) * 1000);
}

/**
 * What each feature adds to a confidence, in thousandths that sum to at most the whole: its share of the logarithm of the
 * product that the confidence is made of.
 */
export function evidenceOf({ confidence, parts }: Weighed): readonly number[] {
  const losses = parts.map((part) => -Math.log1p(-part));
  const all = losses.reduce((sum, loss) => sum + loss, 0);
  return losses.map((loss) => (all === 0 ? 0 : Math.floor((loss / all) * confidence)));
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
  const { candidate, row, near } = weighing;
  if (candidate.services.length === 0) return nothingNear;
  const slot = slotOf(step, row.startedAt);
  let nearest = 0;
  let unexplained = 1;
  let busy = 0;
  let seen = 0;
  // Both lists are in order of hops, so each neighbour is looked at once.
  for (const { neighbour, lastAt } of candidate.services) {
    const { hops, share } = neighbour;
    for (let next = near[seen]; next !== undefined && next.hops <= hops; next = near[seen]) {
      busy |= busyBefore(next.rate, slot);
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
  const { candidate, row } = weighing;
  const slot = slotOf(step, row.startedAt);
  let unexplained = 1;
  for (const { label, lastAt } of candidate.labels) {
    const busy = busyBefore(label.rate, slot);
    unexplained *= 1 - label.weight * worth(step, weighing, { lastAt, busy });
  }
  return 1 - unexplained;
}

function templated(step: CorrelateStep, weighing: Weighing): number {
  const { traits, shape, row, templateRate } = weighing;
  if (traits.template === '') return 0;
  const busy = busyBefore(templateRate, slotOf(step, row.startedAt));
  const { templates } = shape;
  let best = 0;
  for (let at = Math.max(0, templates.length - maxTemplates); at < templates.length; at += 1) {
    const kept = templates[at];
    const alike = kept === undefined ? 0 : weighing.alike(kept.template);
    if (kept === undefined || alike < similarAt) continue;
    best = Math.max(best, alike * worth(step, weighing, { lastAt: kept.lastAt, busy }));
  }
  return best;
}

function recurrence(step: CorrelateStep, weighing: Weighing, isClosing: boolean): number {
  const { traits, candidate, row } = weighing;
  if (!candidate.isRecurrence) return 0;
  if (isClosing || row.state === 'resolved') return row.cause === traits.fingerprint ? 1 : sideRecurrence;
  return hasGoneOn(step, weighing) ? 1 : sideRecurrence;
}
