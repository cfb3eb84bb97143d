import type { RelateEvent } from '../../../operators/events.ts';
import { unstamped } from '../../../operators/events.ts';
import { publish } from '../../../operators/publish/index.ts';
import type { EnrichedAlert, Suppression, SuppressionKind } from '../../../schemas/alert.ts';
import type { Incident } from '../../../schemas/incident.ts';
import { type Driven, drive } from '../../support/operator-host.ts';
import { fingerprint, incidentId, occurrence, telling } from '../../support/tellings.ts';

export type Scene = Driven<RelateEvent>;

export const scene = (config: unknown = {}): Scene => drive(publish, config);

export const quiet = (kind: SuppressionKind = 'silence', until: number | null = 900): Suppression => ({
  kind,
  rule: 'r1',
  location: 'tocsin.yaml:3',
  since: 100,
  until,
});

export const ref = (id = 'i1') => ({
  id: incidentId(id),
  generation: 1,
  confidence: 0.75,
  contributions: [],
});

export function incident(over: Partial<Incident> = {}): Incident {
  return {
    id: incidentId('i1'),
    generation: 1,
    revision: 1,
    tenant: 'default',
    state: 'open',
    severity: 'high',
    title: 'Disk full on db-1',
    startedAt: 0,
    updatedAt: 0,
    endedAt: null,
    alertCount: 1,
    suppressedCount: 0,
    fingerprints: [fingerprint('f')],
    fingerprintCount: 1,
    services: [],
    probableCause: null,
    types: ['temporal'],
    confidence: 1,
    origin: unstamped,
    ...over,
  };
}

export function tell(to: Scene, at: number, id: string, over: Partial<EnrichedAlert> = {}): void {
  to.send(telling({ occurrence: occurrence(id), incident: ref(), ...over }, at), at);
}

export function change(to: Scene, at: number, over: Partial<Incident> = {}): void {
  to.send({ kind: 'incident', incident: incident({ updatedAt: at, ...over }) }, at);
}

export type OutputEvent = Extract<RelateEvent, { kind: 'output' }>;

export const outputs = (of: Scene): readonly OutputEvent[] =>
  of.events.filter((event): event is OutputEvent => event.kind === 'output');

/** `revision: state, alerts (suppressed)` of each published incident. */
export const seen = (of: Scene): readonly string[] =>
  outputs(of).flatMap((output) => {
    if (output.topic !== 'incidents') return [];
    const { revision, state, alertCount, suppressedCount } = output.value;
    return [`${revision}: ${state}, ${alertCount} (${suppressedCount})`];
  });
