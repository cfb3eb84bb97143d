import type { EnrichedAlert, Suppression } from '../../schemas/alert.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { canonical } from '../../schemas/identity.ts';
import type { Derived } from './policies.ts';
import type { SuppressStep } from './step.ts';
import { wakeSweep } from './sweep.ts';

/** Remembers an occurrence that nobody was told of, until it is told or over. */
export function hush(step: SuppressStep, alert: EnrichedAlert, suppression: Suppression): void {
  const { hushed } = step.tables;
  const before = hushed.get(alert.occurrence);
  if (before !== undefined) unindexHushed(step.derived, before);
  const row = { ...alert, suppression };
  hushed.set(alert.occurrence, row);
  const group = indexHushed(step.derived, row);
  if (group !== null && suppression.until !== null) reconsider(step, group, suppression.until);
  wakeSweep(step);
}

export function unhush(step: SuppressStep, occurrence: string): void {
  const row = step.tables.hushed.get(occurrence);
  if (row === undefined) return;
  unindexHushed(step.derived, row);
  step.tables.hushed.delete(occurrence);
}

/**
 * Looks again, at a given time, at all occurrences of a group. One timer for each group, not for each occurrence: a
 * silence of a week must not leave a week of timers behind.
 */
export function reconsider(step: SuppressStep, group: string, at: EventTimeMs): void {
  step.wakeAt(`group:${group}`, at);
}

/** The occurrences of a group, sorted: rows come back from a checkpoint in any order. */
export function membersOf(derived: Derived, group: string): readonly string[] {
  return [...(derived.hushedBy.get(group) ?? [])].sort();
}

/** The group of a silence or maintenance: all that it keeps quiet in one tenant. Its location tells equal ids apart. */
export function policyGroup(
  tenant: string,
  suppression: Pick<Suppression, 'kind' | 'rule' | 'location'>,
): string {
  const { kind, rule, location } = suppression;
  return canonical([kind, tenant, rule, location]);
}

/** A storm has no group: what it kept quiet is told with the next news of it, not all at once. */
function groupOf(derived: Derived, alert: EnrichedAlert): string | null {
  const { suppression, tenant } = alert;
  if (suppression === null) return null;
  if (suppression.kind === 'inhibit') return derived.inhibitor.groupOf(suppression.rule, alert);
  const isPolicy = suppression.kind === 'silence' || suppression.kind === 'maintenance';
  return isPolicy ? policyGroup(tenant, suppression) : null;
}

export function indexHushed(derived: Derived, alert: EnrichedAlert): string | null {
  const group = groupOf(derived, alert);
  if (group === null) return null;
  const occurrences = derived.hushedBy.get(group) ?? new Set();
  derived.hushedBy.set(group, occurrences.add(alert.occurrence));
  return group;
}

function unindexHushed(derived: Derived, alert: EnrichedAlert): void {
  const group = groupOf(derived, alert);
  if (group === null) return;
  const occurrences = derived.hushedBy.get(group);
  occurrences?.delete(alert.occurrence);
  if (occurrences?.size === 0) derived.hushedBy.delete(group);
}
