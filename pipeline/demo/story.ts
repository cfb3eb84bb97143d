import type { Severity } from '../../schemas/alert.ts';
import type { Service } from './world.ts';

/** A condition that holds from `from` to `to` and is reported again and again while it does. */
export interface Condition {
  readonly name: string;
  readonly severity: Severity;
  readonly service: Service;
  readonly host: string;
  readonly summary: string;
  readonly from: number;
  readonly to: number;
  readonly everyMs: number;
  /** Measured value at the start and how much it moves; null: carries none. */
  readonly value: { readonly base: number; readonly spread: number } | null;
  /** Number of the true incident it belongs to, or null for noise. */
  readonly incident: number | null;
}

/** What really happened: the yardstick that the demo's summary is held against. */
export interface TrueIncident {
  readonly number: number;
  readonly rootService: string;
  readonly from: number;
  readonly to: number;
}

export interface Story {
  readonly conditions: readonly Condition[];
  readonly incidents: readonly TrueIncident[];
}
