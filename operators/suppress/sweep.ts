import type { SuppressStep } from './step.ts';

const sweepMs = 3_600_000;

/** Asks for the next sweep, on the full hour of event time. */
export function wakeSweep(step: SuppressStep): void {
  step.wakeAt('sweep:', (Math.floor(step.time.at / sweepMs) + 1) * sweepMs);
}

/** Occurrences whose end should have come long ago, so that state stays bounded whatever dedupe forgets to say. */
export function findForgotten(step: SuppressStep): { readonly hushed: string[]; readonly sources: string[] } {
  const horizon = step.time.at - step.config.forgetMs;
  const hushed: string[] = [];
  const sources: string[] = [];
  for (const [occurrence, row] of step.tables.hushed.entries()) {
    if (row.lastSeen <= horizon) hushed.push(occurrence);
  }
  for (const [occurrence, row] of step.tables.sources.entries()) {
    if (row.since <= horizon) sources.push(occurrence);
  }
  return { hushed, sources };
}
