import type { Fingerprint, IncidentId } from '../../schemas/brand.ts';
import type { Incident } from '../../schemas/incident.ts';
import { unstamped } from '../events.ts';
import { type Cause, rankCause } from './rank-cause.ts';
import { copyOf, type IncidentRow } from './rows.ts';
import type { Shape } from './shape.ts';
import { compareText } from './sorted.ts';
import type { CorrelateStep } from './step.ts';

const maxNameChars = 80;

/** States the incident as it is now, as the next revision. Called once per change, after all rows are set. */
export function publish(step: CorrelateStep, id: IncidentId): void {
  const row = step.tables.incidents.get(id);
  if (row === undefined) return;
  const shape = step.derived.members.shape(id);
  state(step, id, { row, shape, cause: shape === undefined ? null : rankCause(step, row, shape) });
}

function state(step: CorrelateStep, id: IncidentId, { row, shape, cause }: Whole): void {
  const next = copyOf(row);
  next.revision += 1;
  next.title = titleOf(shape, cause) ?? row.title;
  next.cause = cause?.probable.fingerprint ?? '';
  step.tables.incidents.set(id, next);
  step.emit({ kind: 'incident', incident: incidentOf(step, id, { row: next, shape, cause }) });
}

/** Publishes if a reader would see a difference: severity, start, cause or title. */
export function publishIfChanged(step: CorrelateStep, id: IncidentId, before: IncidentRow): void {
  const row = step.tables.incidents.get(id);
  if (row === undefined) return;
  const shape = step.derived.members.shape(id);
  const cause = shape === undefined ? null : rankCause(step, row, shape);
  const isSame =
    row.severity === before.severity &&
    row.startedAt === before.startedAt &&
    row.cause === (cause?.probable.fingerprint ?? '') &&
    row.title === (titleOf(shape, cause) ?? row.title);
  if (!isSame) state(step, id, { row, shape, cause });
}

interface Whole {
  readonly row: IncidentRow;
  readonly shape: Shape | undefined;
  readonly cause: Cause | null;
}

function incidentOf(step: CorrelateStep, id: IncidentId, { row, shape, cause }: Whole): Incident {
  const { maxListed } = step.config;
  return {
    id,
    generation: row.generation,
    revision: row.revision,
    tenant: row.tenant,
    state: row.state,
    severity: row.severity,
    title: row.title,
    startedAt: row.startedAt,
    updatedAt: step.time.at,
    endedAt: row.endedAt,
    alertCount: shape?.members.length ?? 0,
    suppressedCount: 0,
    fingerprints: firstFingerprints(shape, maxListed),
    fingerprintCount: shape?.fingerprints.size ?? 0,
    services: [...(shape?.services.keys() ?? [])].sort(compareText).slice(0, maxListed),
    probableCause: cause?.probable ?? null,
    types: row.types,
    confidence: confidenceOf(shape),
    origin: unstamped,
  };
}

/** The mean over the members that joined; an incident of its opener alone is certain. */
function confidenceOf(shape: Shape | undefined): number {
  if (shape === undefined || shape.joined === 0) return 1;
  return Math.round(shape.confidence / shape.joined) / 1000;
}

function firstFingerprints(shape: Shape | undefined, max: number): readonly Fingerprint[] {
  const first = new Set<Fingerprint>();
  for (const { row } of shape?.members ?? []) {
    if (first.size >= Math.min(max, shape?.fingerprints.size ?? 0)) break;
    first.add(row.fingerprint);
  }
  return [...first];
}

/** `checkout-db: DiskFull (+12 alerts, 5 services)`; null without members. */
function titleOf(shape: Shape | undefined, cause: Cause | null): string | null {
  if (shape === undefined || cause === null) return null;
  const { service, name } = cause.member.row;
  const others = shape.members.length - 1;
  const counts: string[] = [];
  if (others > 0) counts.push(`+${others} ${others === 1 ? 'alert' : 'alerts'}`);
  if (shape.services.size > 1) counts.push(`${shape.services.size} services`);
  const what = name.length > maxNameChars ? `${name.slice(0, maxNameChars - 1)}…` : name;
  return `${service === '' ? '' : `${service}: `}${what}${counts.length === 0 ? '' : ` (${counts.join(', ')})`}`;
}
