import type { EnrichedAlert, Labels } from '../../schemas/alert.ts';
import { reconsider } from './hush.ts';
import { isEnd } from './judge.ts';
import type { SourceRow } from './rows.ts';
import type { SuppressStep } from './step.ts';
import { wakeSweep } from './sweep.ts';

/** Keeps the firing occurrences that mute others; what a source muted is looked at again when it ends. */
export function trackSource(step: SuppressStep, alert: EnrichedAlert): void {
  const { inhibitor } = step.derived;
  if (!inhibitor.hasRules || alert.emitReason === 'late') return;
  const { occurrence, mergedInto } = alert;
  const row = step.tables.sources.get(occurrence);
  if (row !== undefined && mergedInto !== null) {
    dropSource(step, occurrence);
    // It goes on under the name of the occurrence that it turned out to belong to.
    trackSource(step, { ...alert, occurrence: mergedInto, mergedInto: null, emitReason: 'update' });
    return;
  }
  if (isEnd(alert) || !inhibitor.isSource(alert)) {
    dropSource(step, occurrence);
    return;
  }
  if (row !== undefined && isSame(row, alert)) return;
  dropSource(step, occurrence);
  const { tenant, source, name, severity, labels, service } = alert;
  const made: SourceRow = { tenant, source, name, severity, labels, service, since: step.time.at };
  step.tables.sources.set(occurrence, made);
  inhibitor.add(occurrence, made);
  wakeSweep(step);
}

export function dropSource(step: SuppressStep, occurrence: string): void {
  const row = step.tables.sources.get(occurrence);
  if (row === undefined) return;
  step.tables.sources.delete(occurrence);
  const at = step.time.at + step.config.releaseAfterMs;
  for (const group of step.derived.inhibitor.remove(occurrence, row)) reconsider(step, group, at);
}

function isSame(row: SourceRow, alert: EnrichedAlert): boolean {
  return (
    row.severity === alert.severity &&
    row.service === alert.service &&
    row.name === alert.name &&
    row.source === alert.source &&
    isSameLabels(row.labels, alert.labels)
  );
}

function isSameLabels(a: Labels, b: Labels): boolean {
  if (a === b) return true;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
