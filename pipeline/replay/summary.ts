import type { Assigned } from '../../operators/events.ts';
import type { WorkerCounts } from '../worker/index.ts';

/** What a replay or demo ends with; counts that need RELATE are null without it. */
export interface ReplaySummary {
  readonly records: number;
  readonly alerts: number;
  readonly passed: number | null;
  readonly folded: number | null;
  readonly suppressed: number | null;
  readonly deadLettered: number;
  readonly incidents: number | null;
  readonly notificationsWithout: number;
  readonly seconds: number;
  readonly alertsPerSecond: number;
  readonly peakRssBytes: number;
  /** Rows and timers left when every window is closed. */
  readonly remaining: { readonly rows: number; readonly timers: number };
}

const plainWindowMs = 300_000;

/** Counts what a plain 5-minute window per fingerprint would have let through: the notifications without Tocsin. */
export class PlainWindow {
  readonly #passedAt = new Map<string, number>();
  #notifications = 0;

  get notifications(): number {
    return this.#notifications;
  }

  see({ fingerprint, t }: Assigned): void {
    const passedAt = this.#passedAt.get(fingerprint);
    if (passedAt !== undefined && t - passedAt < plainWindowMs) return;
    this.#passedAt.set(fingerprint, t);
    this.#notifications += 1;
  }
}

/** Alerts that came out of normalize, good ones and dead letters together. */
export function alertsIn(counts: WorkerCounts): number {
  const combined = counts.stages.find(({ stage }) => stage === 'combine')?.in ?? 0;
  return combined + counts.outcomes['dead-lettered'];
}

/**
 * Null when the books balance: alerts = passed + folded + suppressed + dead-lettered. Otherwise the sentence that says
 * by how much they do not.
 */
export function imbalance(counts: WorkerCounts): string | null {
  const { passed, folded, suppressed, 'dead-lettered': dead } = counts.outcomes;
  const alerts = alertsIn(counts);
  if (alerts === passed + folded + suppressed + dead) return null;
  return `${alerts} alerts entered, but ${passed} passed + ${folded} folded + ${suppressed} suppressed + ${dead} dead-lettered = ${passed + folded + suppressed + dead}`;
}

export interface Measured {
  readonly records: number;
  readonly seconds: number;
  /** Whether RELATE took part; without it nothing was decided. */
  readonly decides: boolean;
  readonly notifications: number;
  readonly incidents: number;
}

export function summarize(counts: WorkerCounts, measured: Measured): ReplaySummary {
  const { records, seconds, decides } = measured;
  const alerts = alertsIn(counts);
  const decided = (count: number) => (decides ? count : null);
  return {
    records,
    alerts,
    passed: decided(counts.outcomes.passed),
    folded: decided(counts.outcomes.folded),
    suppressed: decided(counts.outcomes.suppressed),
    deadLettered: counts.outcomes['dead-lettered'],
    incidents: decided(measured.incidents),
    notificationsWithout: measured.notifications,
    seconds: Math.round(seconds * 1000) / 1000,
    alertsPerSecond: Math.round(alerts / seconds),
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    remaining: { rows: counts.rows, timers: counts.timers },
  };
}
