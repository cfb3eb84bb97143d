import type { Telling } from '../../operators/events.ts';
import { unstamped } from '../../operators/events.ts';
import type { EnrichedAlert } from '../../schemas/alert.ts';
import type { Fingerprint, IncidentId, OccurrenceId } from '../../schemas/brand.ts';
import type { InputRange } from '../../schemas/decision.ts';

/** Texts stand in for ids in tests: operators only compare them. */
export const occurrence = (text: string): OccurrenceId => text as OccurrenceId;
export const fingerprint = (text: string): Fingerprint => text as Fingerprint;
export const incidentId = (text: string): IncidentId => text as IncidentId;

/** A firing alert as fold tells it; its fingerprint follows its occurrence. */
export function enrichedAlert(over: Partial<EnrichedAlert> = {}): EnrichedAlert {
  const id = over.occurrence ?? occurrence('o1');
  return {
    tenant: 'default',
    source: 'prometheus',
    name: 'DiskFull',
    severity: 'high',
    labels: { host: 'db-1' },
    annotations: {},
    generatorUrl: '',
    status: 'firing',
    startsAt: null,
    endsAt: null,
    observedAt: null,
    value: null,
    id: `${id}-${over.emitReason ?? 'first'}`,
    sourceId: '',
    fingerprint: fingerprint(`f-${id}`),
    fingerprintRule: 'default',
    contentHash: 'c1',
    occurrence: occurrence(id),
    mergedInto: null,
    firstSeen: 0,
    lastSeen: 0,
    count: 1,
    isLate: false,
    isFinal: false,
    valueStats: null,
    emitReason: 'first',
    incident: null,
    score: null,
    owner: '',
    service: '',
    runbookUrl: '',
    suppression: null,
    origin: unstamped,
    ...over,
  };
}

export function inputRange(at: number): InputRange {
  const place = { offset: at, n: 0 };
  return { shard: 0, id: place, from: place, to: place, firstAt: at, lastAt: at };
}

/** A telling that an alert caused. */
export function telling(over: Partial<EnrichedAlert> = {}, at = 0): Telling {
  return { kind: 'telling', alert: enrichedAlert(over), cause: inputRange(at) };
}
