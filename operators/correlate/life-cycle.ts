import type { EventTimeMs, IncidentId } from '../../schemas/brand.ts';
import type { Acknowledgement, Control } from '../../schemas/control.ts';
import { note } from './note.ts';
import { publish } from './publish.ts';
import type { IncidentRow, MemberRow } from './rows.ts';
import { isGoingOn } from './shape.ts';
import type { CorrelateStep } from './step.ts';

/*
 *            acknowledgement                    the last member ended,
 *   open ──────────────────────▶ acknowledged   then resolveDelayMs of quiet
 *    ▲ ◀──────── withdrawal ────────  │ ────────────┐
 *    │                                              ▼
 *    └── a member joins: generation + 1 ──────── resolved ──▶ gone, reopenWithinMs after the quiet began
 */

/**
 * Starts or stops the wait for the end, after a member of an incident came, went or changed. Mild members belong to an
 * incident that holds others, but do not keep it going: a probe that fails now and then would tie one outage to the next.
 */
export function settle(
  step: CorrelateStep,
  id: IncidentId,
  changed?: Pick<MemberRow, 'isFarReaching'>,
): void {
  const row = step.tables.incidents.get(id);
  if (row === undefined || row.state === 'resolved') return;
  const shape = step.derived.members.shape(id);
  const isLive = shape !== undefined && isGoingOn(shape);
  const isMild = changed?.isFarReaching === false && (shape?.severe ?? 0) > 0;
  if (isLive && row.quietSince !== null) {
    step.tables.incidents.set(id, { ...row, quietSince: null });
    step.closeAt(id, null);
  }
  if (!isLive && (row.quietSince === null || !isMild)) {
    const quietSince = quietFrom(step, id, row);
    step.tables.incidents.set(id, { ...row, quietSince });
    step.closeAt(id, quietSince + step.config.resolveDelayMs);
  }
}

/**
 * When the last end was known, in the time of the alerts. The shard's own clock would not do: it follows the log, and runs
 * ahead of the alerts while a backlog is worked through, so an incident would be over before its next alert is read.
 */
function quietFrom(step: CorrelateStep, id: IncidentId, row: IncidentRow): EventTimeMs {
  return Math.min(step.time.at, Math.max(step.time.complete, endOf(step, id, row)));
}

/** The timer of an incident: its end when it has not ended, else its removal. */
export function onQuiet(step: CorrelateStep, id: IncidentId): void {
  const row = step.tables.incidents.get(id);
  if (row?.state === 'resolved') remove(step, id);
  else if (row !== undefined) resolve(step, id, row);
}

/** Ends an incident now and publishes it. */
export function resolve(step: CorrelateStep, id: IncidentId, row: IncidentRow): void {
  const quietSince = row.quietSince ?? quietFrom(step, id, row);
  const { reopenWithinMs, resolveDelayMs } = step.config;
  step.tables.incidents.set(id, { ...row, state: 'resolved', quietSince, endedAt: endOf(step, id, row) });
  step.closeAt(id, quietSince + Math.max(reopenWithinMs, resolveDelayMs));
  note(step, { id, reason: 'incident-resolved', detail: {} });
  publish(step, id);
}

/** A resolved incident becomes a new generation that begins at `start`; the caller publishes. */
export function reopen(step: CorrelateStep, id: IncidentId, start: EventTimeMs): void {
  const row = step.tables.incidents.get(id);
  if (row === undefined) return;
  step.tables.incidents.set(id, {
    ...row,
    generation: row.generation + 1,
    state: 'open',
    severity: 'unknown',
    startedAt: start,
    endedAt: null,
    quietSince: null,
    acknowledgement: '',
  });
  step.closeAt(id, null);
}

/** Acts only on the generation it names: what was acknowledged is over once the incident was reopened. */
export function acknowledge(step: CorrelateStep, control: Acknowledgement): void {
  const id = control.incidentId as IncidentId;
  const row = step.tables.incidents.get(id);
  const isMeant =
    row?.tenant === control.tenant && row.generation === control.generation && row.state === 'open';
  if (!isMeant) return;
  step.tables.incidents.set(id, { ...row, state: 'acknowledged', acknowledgement: control.id });
  note(step, { id, reason: 'incident-acknowledged', detail: { by: control.createdBy } });
  publish(step, id);
}

/**
 * Takes back the acknowledgement that stands under the control's tenant and id (`controlKey`); there is one at most. Another
 * one of the same incident is no news. Rare, so a walk over the open incidents is cheap enough.
 */
export function replaceAcknowledgement(step: CorrelateStep, control: Control): void {
  const [id, row] = [...step.tables.incidents.entries()].find(([, row]) => isUnder(row, control)) ?? [];
  if (id === undefined || row === undefined) return;
  if (control.kind === 'acknowledgement' && control.incidentId === id) return;
  step.tables.incidents.set(id, { ...row, state: 'open', acknowledgement: '' });
  publish(step, id as IncidentId);
}

function isUnder({ state, tenant, acknowledgement }: IncidentRow, control: Control): boolean {
  return state === 'acknowledged' && tenant === control.tenant && acknowledgement === control.id;
}

function remove(step: CorrelateStep, id: IncidentId): void {
  for (const { occurrence } of step.derived.members.shape(id)?.members ?? []) {
    step.tables.members.delete(occurrence);
  }
  step.derived.members.drop(id);
  step.tables.incidents.delete(id);
}

/** The last end of a member of this generation; never before the start. */
function endOf(step: CorrelateStep, id: IncidentId, row: IncidentRow): EventTimeMs {
  let end = row.startedAt;
  for (const { row: member } of step.derived.members.shape(id)?.members ?? []) {
    if (member.generation === row.generation) end = Math.max(end, member.endedAt ?? step.time.at);
  }
  return end;
}
