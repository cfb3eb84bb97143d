import type { EnrichedAlert, IncidentRef } from '../../schemas/alert.ts';
import type { IncidentId } from '../../schemas/brand.ts';
import type { RelateEvent, Telling } from '../events.ts';
import { defineOperator } from '../operator.ts';
import { forget, forgetTimer } from './base-rate.ts';
import { CorrelateConfig } from './config.ts';
import { endOf, merge, refresh } from './follow.ts';
import { acknowledge, onQuiet, replaceAcknowledgement } from './life-cycle.ts';
import { place } from './place.ts';
import { publish } from './publish.ts';
import { tables } from './rows.ts';
import { type CorrelateStep, derive } from './step.ts';
import { contributionsOf } from './weigh.ts';

export { CorrelateConfig } from './config.ts';

/**
 * Groups occurrences into incidents. Passes each telling on with `alert.incident` filled, followed by the incident
 * when it changed. Tenants never meet; one instance may see several correlation domains.
 */
export const correlate = defineOperator<RelateEvent>()({
  name: 'correlate',
  config: CorrelateConfig,
  tables,
  derive,
  on: {
    telling: onTelling,
    control(step, event) {
      step.emit(event);
      replaceAcknowledgement(step, event.control);
      if (event.control.kind === 'acknowledgement') acknowledge(step, event.control);
    },
  },
  onTimer(step, { key }) {
    if (key === forgetTimer) forget(step);
    // Every other timer of this operator is keyed by an incident.
    else onQuiet(step, key as IncidentId);
  },
});

function onTelling(step: CorrelateStep, telling: Telling): void {
  const { alert } = telling;
  const then = absorb(step, alert);
  step.emit({ ...telling, alert: { ...alert, incident: refOf(step, alert) } });
  then?.();
}

/** Takes the telling into the state; what it returns is to be published behind the telling. */
function absorb(step: CorrelateStep, alert: EnrichedAlert): (() => void) | null {
  if (alert.emitReason === 'merged' && alert.mergedInto !== null) return merge(step, alert, alert.mergedInto);
  const member = step.tables.members.get(alert.occurrence);
  if (member !== undefined) return refresh(step, alert, member);
  const end = endOf(alert);
  // The end of something whose incident is gone (or never was) is no reason to open one; a late alert is.
  if (end !== null && !alert.isLate && alert.emitReason !== 'first') return null;
  const id = place(step, alert, end);
  return () => publish(step, id);
}

function refOf(step: CorrelateStep, alert: EnrichedAlert): IncidentRef | null {
  const { members, incidents } = step.tables;
  const member = members.get(alert.occurrence) ?? members.get(alert.mergedInto ?? '');
  const incident = member === undefined ? undefined : incidents.get(member.incident);
  if (member === undefined || incident === undefined) return null;
  return {
    id: member.incident,
    generation: incident.generation,
    confidence: member.confidence / 1000,
    contributions: contributionsOf(member.evidence),
  };
}
