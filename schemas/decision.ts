import type { EventTimeMs, Fingerprint, IncidentId, OccurrenceId } from './brand.ts';
import type { Origin, Place } from './place.ts';
import type { Reason } from './reasons.ts';

/** What became of the alerts that a decision speaks for (design §7: each alert has exactly one). */
export const outcomes = ['unknown', 'passed', 'folded', 'suppressed', 'dead-lettered', 'noted'] as const;
export type Outcome = (typeof outcomes)[number];

/** The alerts of one raw partition that a decision speaks for: those of run `id` observed in [firstAt, lastAt]. */
export interface InputRange {
  readonly shard: number;
  /** The run (partial) they arrived in. */
  readonly id: Place;
  /** Places of the first and last of them in the raw partition, both inclusive. */
  readonly from: Place;
  readonly to: Place;
  readonly firstAt: EventTimeMs;
  readonly lastAt: EventTimeMs;
}

/**
 * Value of `decisions.v1`: one per output and one per folded run. `noted` decisions explain (opened incident, learned
 * baseline …) and account for no alert; the counts of all others add up to the alerts that entered.
 */
export interface Decision {
  /** Id of the output this decision produced, or of the occurrence for folded runs. */
  readonly alertId: string;
  readonly fingerprint: Fingerprint;
  readonly occurrence: OccurrenceId | null;
  readonly incidentId: IncidentId | null;
  readonly generation: number;
  readonly tenant: string;
  /** The operator that decided. */
  readonly stage: string;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly rule: string;
  readonly location: string;
  /** Named facts the decision rests on; values are printed numbers or words. */
  readonly detail: Readonly<Record<string, string>>;
  /** Alerts this decision accounts for. */
  readonly count: number;
  readonly inputRange: InputRange | null;
  readonly eventTime: EventTimeMs;
  readonly origin: Origin;
}
