import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Identified } from '../events.ts';
import { cellNumberOf, type DedupeConfig } from './config.ts';
import type { Sighted } from './run.ts';

export type { Sighted } from './run.ts';

/**
 * Where an observation stands in event time. Its own time may not lie ahead of the log by more than `skewMs`.
 */
export function sight(event: Identified, isDropped: boolean, config: DedupeConfig): Sighted {
  const { tail, at } = event;
  // A dropped alert is only counted; by the log's time it is never late.
  const t = isDropped ? at : Math.min(tail.observedAt ?? at, at + config.skewMs);
  const cellNumber = cellNumberOf(t, config);
  const cell = cellNumber * config.windowMs;
  if (isDropped) return { t, cell, cellNumber, startsAt: null, endsAt: null };
  const startsAt = tail.startsAt === null ? null : startOf(tail.startsAt, { t, cell }, config);
  return { t, cell, cellNumber, startsAt, endsAt: endOf(event, t, config) };
}

/**
 * Clamped per cell, not per observation, at both ends: a start beyond the reach, or no earlier than the observation, would
 * make a run of every observation. In a run whose start is the end of its cell each observation begins with itself.
 */
function startOf(
  startsAt: EventTimeMs,
  { t, cell }: Pick<Sighted, 't' | 'cell'>,
  config: DedupeConfig,
): EventTimeMs {
  if (startsAt >= t) return cell + config.windowMs;
  return Math.max(startsAt, cell - config.reachMs);
}

/**
 * Only resolves and timeout sources have ends that mean anything. A resolve cannot lie ahead of its observation. A timeout
 * source that names no end has the default one, put in here so that the latest of several ends is that of all of them.
 */
function endOf({ tail, head }: Identified, t: EventTimeMs, config: DedupeConfig): EventTimeMs | null {
  if (tail.status === 'resolved') return tail.endsAt === null ? null : Math.min(tail.endsAt, t);
  if (head.ending !== 'timeout') return null;
  return Math.min(tail.endsAt ?? t + config.resolveAfterMs, t + config.reachMs);
}

/** An observation is late when its cell ended more than `latenessMs` before its own record (protocol.md §1). */
export function isLate({ at }: Identified, cell: EventTimeMs, config: DedupeConfig): boolean {
  return cell + config.windowMs + config.latenessMs < at;
}
