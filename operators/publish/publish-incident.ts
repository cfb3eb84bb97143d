import { type EnrichedAlert, severities } from '../../schemas/alert.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { PublishConfig } from './config.ts';
import type { IncidentRow, MemberRow, PublishStep } from './rows.ts';

const unseen: IncidentRow = { incident: null, isVisible: false, revision: 0, suppressed: 0 };

/**
 * Keeps count of the members nobody was told of. The first member that somebody is told of makes its incident visible;
 * correlate sends a telling before the change it causes, so the count is right when the change arrives.
 */
export function countMember(step: PublishStep, alert: EnrichedAlert): void {
  const known = step.tables.members.get(alert.occurrence);
  const incidentId = alert.incident?.id ?? known?.incidentId;
  if (incidentId === undefined) return;
  const isTold = known?.isTold === true || alert.suppression === null;
  if (alert.emitReason === 'late') countLate(step, incidentId, isTold);
  else if (alert.emitReason === 'merged') mergeMember(step, alert, incidentId);
  else if (!isOver(alert)) noteMember(step, alert.occurrence, { incidentId, isTold });
  else if (alert.isFinal) dropMember(step, alert.occurrence);
}

/** A late alert is a member for one telling: nothing more comes of it. */
function countLate(step: PublishStep, incidentId: string, isTold: boolean): void {
  if (isTold) showIncident(step, incidentId, false);
  else addSuppressed(step, incidentId, 1);
}

/** What was told, or was not, under the old name counts for the occurrence that it turned out to belong to. */
function mergeMember(step: PublishStep, { occurrence, mergedInto }: EnrichedAlert, incidentId: string): void {
  const gone = step.tables.members.get(occurrence);
  if (gone === undefined) return;
  if (!gone.isTold) addSuppressed(step, gone.incidentId, -1);
  dropMember(step, occurrence);
  if (mergedInto === null) return;
  const heir = step.tables.members.get(mergedInto);
  noteMember(step, mergedInto, { incidentId, isTold: gone.isTold || heir?.isTold === true });
}

/** Its end tells nothing new about who was told of it. */
function isOver({ status, emitReason, isFinal }: EnrichedAlert): boolean {
  return isFinal || status === 'resolved' || emitReason === 'timed-out';
}

function noteMember(step: PublishStep, occurrence: string, { incidentId, isTold }: MemberRow): void {
  const { members } = step.tables;
  const before = members.get(occurrence);
  const known = before?.incidentId === incidentId ? before : undefined;
  if (before !== undefined && known === undefined) {
    if (!before.isTold) addSuppressed(step, before.incidentId, -1);
    dropMember(step, occurrence);
  }
  if (known?.isTold === isTold) return;
  members.set(occurrence, { incidentId, isTold });
  addTo(step.derived.membersOf, incidentId, occurrence);
  if (!isTold) addSuppressed(step, incidentId, 1);
  else if (known !== undefined) addSuppressed(step, incidentId, -1);
  if (isTold) showIncident(step, incidentId, known !== undefined);
}

function addSuppressed(step: PublishStep, incidentId: string, by: number): void {
  const { incident, isVisible, revision, suppressed } = rowOf(step, incidentId);
  // Flat, as docs/performance.md says; and so below.
  const row = { incident, isVisible, revision, suppressed: Math.max(0, suppressed + by) };
  step.tables.incidents.set(incidentId, row);
}

/** Makes it visible, and publishes its latest change if that was hidden or its count has changed. */
function showIncident(step: PublishStep, incidentId: string, hasNewCount: boolean): void {
  const row = rowOf(step, incidentId);
  if (row.isVisible && !hasNewCount) return;
  const { incident, revision, suppressed } = row;
  const shown = { incident, isVisible: true, revision, suppressed };
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
  const { isVisible, revision, suppressed } = step.tables.incidents.get(incident.id) ?? unseen;
  const row = { incident, isVisible, revision, suppressed };
  step.tables.incidents.set(incident.id, row);
  step.wakeAt(incident.id, incident.state === 'resolved' ? step.time.at + step.config.keepMs : null);
  if (row.isVisible) publish(step, row, incident);
}

/** What was published once goes on being published: a reader must learn how it ends. */
function isWorthPublishing({ config }: PublishStep, { revision }: IncidentRow, incident: Incident): boolean {
  const rank = severities.indexOf(incident.severity);
  const isWorth = ({ alerts, severity }: PublishConfig['incidentsWith'][number]) =>
    incident.fingerprintCount >= alerts && rank >= severities.indexOf(severity);
  return revision > 0 || config.incidentsWith.some(isWorth);
}

/** Revisions count what was published, so that readers see no gap where a change was hidden. */
function publish(step: PublishStep, row: IncidentRow, incident: Incident): void {
  if (!isWorthPublishing(step, row, incident)) return;
  const revision = row.revision + 1;
  const suppressedCount = Math.min(row.suppressed, incident.alertCount);
  const { isVisible, suppressed } = row;
  step.tables.incidents.set(incident.id, { incident, isVisible, revision, suppressed });
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
