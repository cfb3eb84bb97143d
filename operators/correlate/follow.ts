import type { EnrichedAlert } from '../../schemas/alert.ts';
import type { EventTimeMs, IncidentId, OccurrenceId } from '../../schemas/brand.ts';
import { reopen, resolve, settle } from './life-cycle.ts';
import { note } from './note.ts';
import { startOf, worse } from './place.ts';
import { publish, publishIfChanged } from './publish.ts';
import { isSevere } from './read-traits.ts';
import { copyOf, type IncidentRow, type MemberRow } from './rows.ts';
import type { CorrelateStep } from './step.ts';

/** When the telling says that the occurrence is over; null while it fires. */
export function endOf(alert: EnrichedAlert): EventTimeMs | null {
  const isOver =
    alert.isFinal || alert.isLate || alert.status === 'resolved' || alert.emitReason === 'timed-out';
  return isOver ? (alert.endsAt ?? alert.lastSeen) : null;
}

/**
 * Brings a member up to date with what was told of its occurrence. Returns what to publish after the telling has
 * passed, or null: a reminder that changes nothing says nothing.
 */
export function refresh(step: CorrelateStep, alert: EnrichedAlert, member: MemberRow): (() => void) | null {
  const id = member.incident;
  const before = step.tables.incidents.get(id);
  if (before === undefined || alert.isLate) return null;
  const end = endOf(alert);
  const endedAt = end === null ? null : (member.endedAt ?? end);
  const isBack = member.endedAt !== null && endedAt === null;
  const isReopening = isBack && before.state === 'resolved';
  if (isReopening) reopen(step, id, Math.min(alert.lastSeen, step.time.at));
  const row = step.tables.incidents.get(id) ?? before;
  const next: MemberRow = {
    ...member,
    severity: alert.severity,
    isFarReaching: member.isFarReaching || isSevere(step.config, alert.severity),
    startedAt: Math.min(member.startedAt, startOf(step, alert)),
    newsAt: Math.min(member.newsAt, startOf(step, alert)),
    endedAt,
    generation: isBack ? row.generation : member.generation,
  };
  setMember(step, alert.occurrence, { before: member, next });
  setIncident(step, row, { before: member, next });
  if (isReopening) note(step, { id, reason: 'reopened', detail: { by: 'the same occurrence' }, alert });
  if (isBack || (endedAt !== null && member.endedAt === null)) settle(step, id, next);
  if (isReopening) return () => publish(step, id);
  const isNews = next.severity !== member.severity || next.startedAt !== member.startedAt;
  return isNews ? () => publishIfChanged(step, id, before) : null;
}

/** Moves a membership to the occurrence that it turned out to be part of. Returns the incident and what to publish. */
export function merge(step: CorrelateStep, alert: EnrichedAlert, into: OccurrenceId): (() => void) | null {
  const member = step.tables.members.get(alert.occurrence);
  if (member === undefined) return null;
  const target = step.tables.members.get(into);
  step.derived.members.remove(alert.occurrence, member);
  step.tables.members.delete(alert.occurrence);
  if (target === undefined) {
    step.tables.members.set(into, member);
    step.derived.members.add(into, member);
    return null;
  }
  const next = {
    ...target,
    startedAt: Math.min(target.startedAt, member.startedAt),
    newsAt: Math.min(target.newsAt, member.newsAt),
  };
  const before = step.tables.incidents.get(target.incident);
  setMember(step, into, { before: target, next });
  if (before !== undefined) setIncident(step, before, { before: target, next });
  return () => {
    leave(step, member.incident);
    if (before !== undefined && target.incident !== member.incident)
      publishIfChanged(step, target.incident, before);
  };
}

/** An incident lost a member to its own other member, or to another incident. */
function leave(step: CorrelateStep, id: IncidentId): void {
  const row = step.tables.incidents.get(id);
  if (row === undefined) return;
  const isEmpty = step.derived.members.shape(id) === undefined;
  if (!isEmpty && row.quietSince === null) settle(step, id);
  // Nothing is left that could fire or come back: it was the other incident all along.
  if (isEmpty && row.state !== 'resolved') resolve(step, id, row);
  else publish(step, id);
}

interface Change {
  readonly before: MemberRow;
  readonly next: MemberRow;
}

function setMember(step: CorrelateStep, occurrence: string, { before, next }: Change): void {
  const isSame =
    before.severity === next.severity &&
    before.startedAt === next.startedAt &&
    before.newsAt === next.newsAt &&
    before.isFarReaching === next.isFarReaching &&
    before.endedAt === next.endedAt &&
    before.generation === next.generation;
  if (isSame) return;
  step.tables.members.set(occurrence, next);
  step.derived.members.replace(occurrence, before, next);
}

/** What a member's change means for its incident; what is said of an earlier generation is history. */
function setIncident(step: CorrelateStep, row: IncidentRow, { before, next }: Change): void {
  const severity = worse(row.severity, next.severity);
  const hasMoved = next.startedAt < before.startedAt && next.startedAt < row.startedAt;
  if (next.generation !== row.generation || (!hasMoved && severity === row.severity)) return;
  const moved = copyOf(row);
  moved.severity = severity;
  moved.openedAt = Math.min(row.openedAt, next.startedAt);
  moved.startedAt = hasMoved ? next.startedAt : row.startedAt;
  step.tables.incidents.set(next.incident, moved);
}
