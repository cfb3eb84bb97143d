import type { EnrichedAlert } from '../../schemas/alert.ts';
import type { Fingerprint, IncidentId } from '../../schemas/brand.ts';
import type { Reason } from '../../schemas/reasons.ts';
import type { CorrelateStep } from './step.ts';

interface Note {
  readonly id: IncidentId;
  readonly reason: Reason;
  readonly detail: Readonly<Record<string, string>>;
  /** The alert that was placed; absent when the note is about the incident alone. */
  readonly alert?: EnrichedAlert;
}

/** Records why something happened to an incident; a note accounts for no alert. */
export function note(step: CorrelateStep, { id, reason, detail, alert }: Note): void {
  const row = step.tables.incidents.get(id);
  step.decide({
    alertId: alert?.id ?? id,
    // Without an alert or a cause the note speaks of no fingerprint.
    fingerprint: alert?.fingerprint ?? ((row?.cause ?? '') as Fingerprint),
    occurrence: alert?.occurrence ?? null,
    incidentId: id,
    generation: row?.generation ?? 0,
    tenant: row?.tenant ?? '',
    outcome: 'noted',
    reason,
    rule: '',
    location: '',
    detail,
    count: 0,
    inputRange: null,
    eventTime: step.time.at,
  });
}
