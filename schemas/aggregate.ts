import type { Severity } from './alert.ts';
import type { EventTimeMs } from './brand.ts';
import type { Origin } from './place.ts';

/** Value of `alerts.aggregates.v1`: one tumbling window of one group. A higher `revision` replaces a lower one. */
export interface Aggregate {
  readonly tenant: string;
  readonly service: string;
  readonly severity: Severity;
  readonly name: string;
  readonly windowStart: EventTimeMs;
  readonly windowEnd: EventTimeMs;
  /** Firing observations in the window. */
  readonly count: number;
  /** Observations that carried a value; the quantiles speak for these. */
  readonly valueCount: number;
  readonly sum: number;
  readonly min: number | null;
  readonly max: number | null;
  /** Within 1 % of the true value (DDSketch, Masson et al., VLDB 2019). */
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly revision: number;
  readonly isFinal: boolean;
  readonly origin: Origin;
}
