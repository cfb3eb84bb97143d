import type { Format } from './workload.ts';

/** What a peer is asked to do; the argument of its process. */
export interface PeerOrder {
  readonly brokers: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly group: string;
  readonly format: Format;
  readonly alerts: number;
  readonly partitions: number;
  /** For those that keep files. */
  readonly folder: string;
}

/** CPU is that of the whole process since it began, in user and system mode, on all threads. */
export interface Spent {
  readonly alerts: number;
  readonly cpuMs: number;
  /** Since the first record came. */
  readonly wallMs: number;
}

/** What a peer says when it is done. */
export interface Taken extends Spent {
  readonly outputs: number;
  /** Most resident memory that the process ever had. */
  readonly peakMiB: number;
  /** As of the first half of the alerts; what comes after it is the warm part. */
  readonly half: Spent;
}
