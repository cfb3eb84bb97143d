import type { Control } from '../../schemas/control.ts';
import type { Check } from '../health/index.ts';

/** What probes are answered from. */
export interface Health {
  /** Everything was there once, and the worker runs. */
  readonly isStarted: boolean;
  readonly checks: readonly Check[];
}

/** What the API reaches inside the process. */
export interface Inside {
  /** Puts a payload into the raw topic; resolves when the log has it. */
  readonly ingest: (value: Uint8Array, headers: Readonly<Record<string, string>>) => Promise<void>;
  /** Puts a control into its topic; resolves when the log has it. It acts a moment later, when the shards read it. */
  readonly control: (control: Control) => Promise<void>;
  /** The metrics in Prometheus' text format, and its content type. */
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
  readonly health: () => Health;
  /** Wall time, in ms. */
  readonly now: () => number;
}
