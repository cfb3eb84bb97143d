import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Candidate } from './find-candidates.ts';
import type { IncidentRow, Traits, ValueRow } from './rows.ts';
import type { Shape } from './shape.ts';
import type { CorrelateStep } from './step.ts';
import type { Neighbour } from './topology.ts';

/** A new alert with what every comparison asks of it: looked up once, since it is held against many incidents. */
export interface Arrival {
  readonly traits: Traits;
  readonly start: EventTimeMs;
  /** Services that can share a cause with its own, nearest first, each with its base rate. */
  readonly near: readonly (Neighbour & { readonly rate: ValueRow | undefined })[];
  readonly templateRate: ValueRow | undefined;
  /** Similarity of a template to the alert's own. */
  alike(template: string): number;
}

/** An alert held against one incident. */
export interface Weighing extends Arrival {
  readonly candidate: Candidate;
  readonly row: IncidentRow;
  readonly shape: Shape;
}

/** What came after the end of an incident belongs to it only by being the same alert again. */
export function isOver({ row, start }: Weighing): boolean {
  return row.state === 'resolved' && start > (row.endedAt ?? start);
}

/**
 * Whether the incident went on since it last held this alert: for a while after the alert's end, and as long as another
 * member fires throughout. A check that flaps keeps an incident open, but does not make it go on.
 */
export function hasGoneOn(step: CorrelateStep, { traits, start, shape }: Weighing): boolean {
  let at = shape.members.length - 1;
  while (at >= 0 && shape.members[at]?.row.fingerprint !== traits.fingerprint) at -= 1;
  const end = shape.members[at]?.row.endedAt ?? start;
  if (start - end <= step.config.resolveDelayMs) return true;
  return shape.members.some(({ row }) => row.startedAt <= end && (row.endedAt ?? start) >= start);
}

/**
 * An incident goes on while something of what it began with goes on. After that it takes members for `driftMs` from
 * its start at most, else every alert would drag it on to the next: a noisy host would never leave its incident.
 */
export function isAdrift(step: CorrelateStep, { start, row, shape }: Weighing): boolean {
  const { driftMs, windowMs } = step.config;
  if (start - row.startedAt <= driftMs) return false;
  for (const { row: member } of shape.members) {
    if (member.startedAt > row.startedAt + windowMs) break;
    if (member.endedAt === null) return false;
  }
  return true;
}
