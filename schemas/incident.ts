import type { Contribution, Severity } from './alert.ts';
import type { EventTimeMs, Fingerprint, IncidentId } from './brand.ts';
import type { Origin } from './place.ts';

export const incidentStates = ['unknown', 'open', 'acknowledged', 'resolved'] as const;
export type IncidentState = (typeof incidentStates)[number];

/** Why alerts were taken together. */
export const incidentTypes = ['unknown', 'temporal', 'semantic', 'topological', 'causal', 'rule'] as const;
export type IncidentType = (typeof incidentTypes)[number];

export interface ProbableCause {
  readonly fingerprint: Fingerprint;
  /** 0–1 */
  readonly confidence: number;
  readonly contributions: readonly Contribution[];
}

/** Value of `incidents.v1`, keyed by incident id. */
export interface Incident {
  readonly id: IncidentId;
  /** 1, and one more each time a resolved incident is reopened. */
  readonly generation: number;
  /** 1, and one more with each change that was published or could have been. */
  readonly revision: number;
  readonly tenant: string;
  readonly state: IncidentState;
  /** The worst severity of its members. */
  readonly severity: Severity;
  readonly title: string;
  readonly startedAt: EventTimeMs;
  readonly updatedAt: EventTimeMs;
  readonly endedAt: EventTimeMs | null;
  /** Occurrences that are or were members. */
  readonly alertCount: number;
  /** Of those, the ones nobody was told of. */
  readonly suppressedCount: number;
  /** The first ones, capped (config `correlate.maxListed`); `fingerprintCount` is the true number. */
  readonly fingerprints: readonly Fingerprint[];
  readonly fingerprintCount: number;
  readonly services: readonly string[];
  readonly probableCause: ProbableCause | null;
  readonly types: readonly IncidentType[];
  readonly confidence: number;
  readonly origin: Origin;
}
