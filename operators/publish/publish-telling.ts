import type { EnrichedAlert, SuppressionKind } from '../../schemas/alert.ts';
import type { Reason } from '../../schemas/reasons.ts';
import type { Telling } from '../events.ts';
import type { PublishStep } from './rows.ts';

const reasonOf: Readonly<Record<SuppressionKind, Reason>> = {
  unknown: 'unknown',
  silence: 'silenced',
  inhibit: 'inhibited',
  maintenance: 'maintenance',
  storm: 'storm',
  rule: 'dropped-by-rule',
};

/**
 * Puts a telling on the topic its verdict calls for, with the one decision that accounts for the alert that caused it.
 * What time caused (a final summary, a release) accounts for no alert: its decision counts 0.
 */
export function publishTelling(step: PublishStep, { alert, cause }: Telling): void {
  const { suppression } = alert;
  const topic = suppression === null ? 'enriched' : 'suppressed';
  step.emit({ kind: 'output', topic, key: alert.fingerprint, value: alert });
  step.decide({
    alertId: alert.id,
    fingerprint: alert.fingerprint,
    occurrence: alert.occurrence,
    incidentId: alert.incident?.id ?? null,
    generation: alert.incident?.generation ?? 0,
    tenant: alert.tenant,
    outcome: suppression === null ? 'passed' : 'suppressed',
    reason: suppression === null ? alert.emitReason : reasonOf[suppression.kind],
    rule: suppression?.rule ?? '',
    location: suppression?.location ?? '',
    detail: factsOf(alert),
    count: cause === null ? 0 : 1,
    inputRange: cause,
    eventTime: cause?.lastAt ?? step.time.at,
  });
}

function factsOf({ emitReason, score, incident, suppression }: EnrichedAlert): Record<string, string> {
  const facts: Record<string, string> = { emitReason };
  if (score !== null) facts['score'] = printNumber(score.value);
  if (incident !== null) facts['confidence'] = printNumber(incident.confidence);
  if (suppression !== null) facts['since'] = String(suppression.since);
  if (suppression !== null && suppression.until !== null) facts['until'] = String(suppression.until);
  return facts;
}

/** Four decimals at most: enough to read, short enough to store by the million. */
function printNumber(value: number): string {
  return String(Math.round(value * 10_000) / 10_000);
}
