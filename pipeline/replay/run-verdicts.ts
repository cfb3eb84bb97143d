import type { EnteredAlerts, EnteredPlace } from './entered-alerts.ts';
import type { PlaceIndex } from './place-index.ts';

/** A decision about alerts of one run: `left` of those observed in [firstAt, lastAt] that caused no telling. */
export interface RunVerdict {
  /** Place of the run's first alert. */
  readonly run: EnteredPlace;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly verdict: number;
  left: number;
}

/**
 * Gives each alert without a verdict one of those on its run, each verdict as many alerts as it counts. A run that went
 * into several occurrences has one for each: an alert gets the one whose time it lies in, the shortest where several
 * overlap. Returns what does not come out even, or null.
 */
export function shareOut(
  alerts: EnteredAlerts,
  places: PlaceIndex,
  verdicts: readonly RunVerdict[],
): string | null {
  const byRun = new Map<number, RunVerdict[]>();
  for (const verdict of verdicts) {
    const first = places.find(verdict.run);
    const others = byRun.get(first);
    if (others === undefined) byRun.set(first, [verdict]);
    else others.push(verdict);
  }
  for (const ofRun of byRun.values()) ofRun.sort((a, b) => a.lastAt - a.firstAt - (b.lastAt - b.firstAt));
  for (let row = 0; row < alerts.length; row += 1) {
    if (alerts.verdict(row) !== null) continue;
    const run = alerts.run(row);
    const chosen = run === null ? undefined : choose(byRun.get(places.find(run)) ?? [], alerts.t(row));
    if (chosen === undefined) return `no decision speaks for alert ${alerts.index(row)}/${alerts.n(row)}`;
    chosen.left -= 1;
    alerts.judge(row, chosen.verdict);
  }
  const spare = verdicts.find(({ left }) => left > 0);
  if (spare === undefined) return null;
  return `a decision on run ${spare.run.index}/${spare.run.n} speaks for ${spare.left} alerts that never entered`;
}

/** `verdicts` from the shortest time to the longest. */
function choose(verdicts: readonly RunVerdict[], t: number): RunVerdict | undefined {
  const open = verdicts.filter(({ left }) => left > 0);
  return open.find(({ firstAt, lastAt }) => firstAt <= t && t <= lastAt) ?? open[0];
}
