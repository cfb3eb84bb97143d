import type { EventTimeMs, Fingerprint, IncidentId, OccurrenceId } from './brand.ts';
import type { Origin } from './place.ts';

/** Most severe last, so that the index is a rank. */
export const severities = ['unknown', 'info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

export const statuses = ['firing', 'resolved'] as const;
export type Status = (typeof statuses)[number];

/**
 * How a source says that an alert is over (design §7): `explicit` fires until resolved, `timeout` must be repeated or
 * it is over, `window` never says and is over after a quiet window.
 */
export const endings = ['explicit', 'timeout', 'window'] as const;
export type Ending = (typeof endings)[number];

export type Labels = Readonly<Record<string, string>>;

/** What identifies and describes an alert: the head of a raw record, equal from one observation to the next. */
export interface Head {
  readonly tenant: string;
  readonly source: string;
  readonly name: string;
  readonly severity: Severity;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly generatorUrl: string;
}

/** What changes from one observation to the next. Absent times and values are null, never 0 or NaN. */
export interface Tail {
  readonly status: Status;
  readonly observedAt: EventTimeMs | null;
  readonly startsAt: EventTimeMs | null;
  readonly endsAt: EventTimeMs | null;
  readonly value: number | null;
  /** The producer's own id of this observation, or ''. */
  readonly id: string;
}

/** A raw alert after decoding, whatever shape it arrived in. */
export interface RawAlert extends Head, Tail {}

export const emitReasons = [
  'unknown',
  'first',
  'update',
  'reminder',
  'resolved',
  'timed-out',
  'late',
  'merged',
  'final',
  'summary',
  'flapping',
  'released',
] as const;
export type EmitReason = (typeof emitReasons)[number];

/** Statistics of the values observed in an occurrence; `mean` = sum / number of observations that had a value. */
export interface ValueStats {
  readonly last: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

/** One named reason for a score, a confidence or a cause; weights of one list sum to at most 1. */
export interface Contribution {
  readonly name: string;
  readonly weight: number;
}

export interface IncidentRef {
  readonly id: IncidentId;
  readonly generation: number;
  /** 0–1: how sure we are that this alert belongs to this incident. */
  readonly confidence: number;
  readonly contributions: readonly Contribution[];
}

export interface Score {
  /** 0–1, calibrated per series: the share of earlier observations that were less unusual than this one. */
  readonly value: number;
  readonly features: readonly Contribution[];
}

export const suppressionKinds = ['unknown', 'silence', 'inhibit', 'maintenance', 'storm', 'rule'] as const;
export type SuppressionKind = (typeof suppressionKinds)[number];

/** Why nobody was told, and until when. */
export interface Suppression {
  readonly kind: SuppressionKind;
  /** Name or id of the rule. */
  readonly rule: string;
  /** `file:line` of the rule, or `control.v1@offset` for one that came as a record. */
  readonly location: string;
  readonly since: EventTimeMs;
  /** null: until the rule changes (an inhibition ends with its source alert). */
  readonly until: EventTimeMs | null;
}

/** Value of `alerts.enriched.v1` and `alerts.suppressed.v1`. Holds no wall-clock field: a replay gives the same bytes. */
export interface EnrichedAlert extends Head {
  readonly status: Status;
  readonly startsAt: EventTimeMs | null;
  readonly endsAt: EventTimeMs | null;
  readonly observedAt: EventTimeMs | null;
  readonly value: number | null;
  /** Deterministic id of this output: hash of occurrence, reason and revision. */
  readonly id: string;
  /** The producer's own id of the newest observation, or ''. */
  readonly sourceId: string;
  readonly fingerprint: Fingerprint;
  readonly fingerprintRule: string;
  /** Hash of the head: changes whenever anything that describes the alert changes. */
  readonly contentHash: string;
  readonly occurrence: OccurrenceId;
  /** With `emitReason: merged`: the occurrence that this one turned out to belong to. */
  readonly mergedInto: OccurrenceId | null;
  readonly firstSeen: EventTimeMs;
  readonly lastSeen: EventTimeMs;
  /** Firing observations of the occurrence so far. */
  readonly count: number;
  readonly isLate: boolean;
  readonly isFinal: boolean;
  readonly valueStats: ValueStats | null;
  readonly emitReason: EmitReason;
  readonly incident: IncidentRef | null;
  readonly score: Score | null;
  readonly owner: string;
  readonly service: string;
  readonly runbookUrl: string;
  readonly suppression: Suppression | null;
  readonly origin: Origin;
}
