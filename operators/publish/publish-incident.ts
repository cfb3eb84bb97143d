import type { EnrichedAlert } from '../../schemas/alert.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { IncidentRow, PublishStep } from './rows.ts';

const unseen: IncidentRow = { incident: null, isVisible: false, revision: 0, suppressed: 0 };

/**
 * Keeps count of the members nobody was told of. The first member that somebody is told of makes its incident visible;
 * correlate sends a telling before the change it causes, so the count is right when the change arrives.
 */
export function countMember(step: PublishStep, alert: EnrichedAlert): void {
  const { members } = step.tables;
  const known = members.get(alert.occurrence);
  const isGone = alert.isFinal || alert.emitReason === 'merged';
  if (isGone || isOver(alert)) {
    // A merged occurrence never was a member of its own.
    if (known !== undefined && alert.emitReason === 'merged' && !known.isTold) {
      addSuppressed(step, known.incidentId, -1);
    }
    if (isGone) dropMember(step, alert.occurrence);
    return;
  }
  const incidentId = alert.incident?.id;
  if (incidentId === undefined) return;
  if (known !== undefined && known.incidentId !== incidentId) {
    if (!known.isTold) addSuppressed(step, known.incidentId, -1);
    dropMember(step, alert.occurrence);
  }
  noteMember(step, alert, incidentId);
}

/** Its end tells nothing new about who was told of it. */
function isOver({ status, emitReason }: EnrichedAlert): boolean {
  return status === 'resolved' || emitReason === 'timed-out';
}

function noteMember(step: PublishStep, alert: EnrichedAlert, incidentId: string): void {
  const { members } = step.tables;
  const known = members.get(alert.occurrence);
  const isTold = known?.isTold === true || alert.suppression === null;
  if (known?.isTold === isTold) return;
  members.set(alert.occurrence, { incidentId, isTold });
  addTo(step.derived.membersOf, incidentId, alert.occurrence);
  if (!isTold) addSuppressed(step, incidentId, 1);
  else if (known !== undefined) addSuppressed(step, incidentId, -1);
  if (isTold) showIncident(step, incidentId, known !== undefined);
}

function addSuppressed(step: PublishStep, incidentId: string, by: number): void {
  const row = rowOf(step, incidentId);
  step.tables.incidents.set(incidentId, { ...row, suppressed: Math.max(0, row.suppressed + by) });
}

/** Makes it visible, and publishes its latest change if that was hidden or its count has changed. */
function showIncident(step: PublishStep, incidentId: string, hasNewCount: boolean): void {
  const row = rowOf(step, incidentId);
  if (row.isVisible && !hasNewCount) return;
  const { incident } = row;
  const shown = { ...row, isVisible: true };
  step.tables.incidents.set(incidentId, shown);
  if (incident === null) return;
  const updatedAt = Math.max(incident.updatedAt, step.time.at);
  publish(step, shown, { ...incident, updatedAt });
}

/** A row that correlate never speaks of again goes when its time has come. */
function rowOf(step: PublishStep, incidentId: string): IncidentRow {
  const row = step.tables.incidents.get(incidentId);
  if (row === undefined) step.wakeAt(incidentId, step.time.at + step.config.keepMs);
  return row ?? unseen;
}

/** Takes in a change, and publishes it if the incident may be seen. */
export function changeIncident(step: PublishStep, incident: Incident): void {
  const row = { ...(step.tables.incidents.get(incident.id) ?? unseen), incident };
  step.tables.incidents.set(incident.id, row);
  step.wakeAt(incident.id, incident.state === 'resolved' ? step.time.at + step.config.keepMs : null);
  if (row.isVisible) publish(step, row, incident);
}

/** Revisions count what was published, so that readers see no gap where a change was hidden. */
function publish(step: PublishStep, row: IncidentRow, incident: Incident): void {
  const revision = row.revision + 1;
  const suppressedCount = Math.min(row.suppressed, incident.alertCount);
  step.tables.incidents.set(incident.id, { ...row, incident, revision });
  const value: Incident = { ...incident, revision, suppressedCount };
  step.emit({ kind: 'output', topic: 'incidents', key: incident.id, value });
}

/** Forgets an incident that is over, with the members whose end never came. */
export function forgetIncident(step: PublishStep, incidentId: string): void {
  step.tables.incidents.delete(incidentId);
  for (const occurrence of step.derived.membersOf.get(incidentId) ?? []) {
    step.tables.members.delete(occurrence);
  }
  step.derived.membersOf.delete(incidentId);
}

function dropMember(step: PublishStep, occurrence: string): void {
  const member = step.tables.members.get(occurrence);
  if (member === undefined) return;
  step.tables.members.delete(occurrence);
  const members = step.derived.membersOf.get(member.incidentId);
  members?.delete(occurrence);
  if (members?.size === 0) step.derived.membersOf.delete(member.incidentId);
}

export function addTo(groups: Map<string, Set<string>>, key: string, member: string): void {
  const group = groups.get(key) ?? new Set();
  groups.set(key, group.add(member));
}
