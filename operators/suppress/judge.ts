import type { EnrichedAlert, Suppression } from '../../schemas/alert.ts';
import { hush, unhush } from './hush.ts';
import { findOpenWindow } from './policies.ts';
import type { SuppressStep } from './step.ts';
import { countNew, judgeInStorm, severityRank, stormSince } from './storm.ts';

/** True when the telling says that the occurrence is over. */
export function isEnd({ status, emitReason, isFinal }: EnrichedAlert): boolean {
  return isFinal || status === 'resolved' || emitReason === 'timed-out' || emitReason === 'merged';
}

/**
 * What keeps a telling quiet, or null. Each telling is judged on its own, in this order: maintenance, silence,
 * inhibition, storm. The end of an occurrence nobody was told of stays as quiet as its beginning. No row means that
 * somebody was told, so lost state tells too much rather than too little.
 */
export function judge(step: SuppressStep, alert: EnrichedAlert): Suppression | null {
  if (alert.emitReason === 'late') return findPolicy(step, alert);
  const hushed = step.tables.hushed.get(alert.occurrence);
  if (isEnd(alert)) return judgeEnd(step, alert, hushed);
  const suppression = findPolicy(step, alert) ?? judgeStorm(step, alert, hushed);
  if (suppression === null) unhush(step, alert.occurrence);
  else if (hushed !== undefined || alert.emitReason === 'first') hush(step, alert, suppression);
  return suppression;
}

function judgeEnd(
  step: SuppressStep,
  alert: EnrichedAlert,
  hushed: EnrichedAlert | undefined,
): Suppression | null {
  if (hushed === undefined) {
    if (alert.mergedInto === null) return findPolicy(step, alert);
    // What was told under the name of a merged occurrence is told of the one it belongs to; and whoever was told must
    // learn the new name, silence or not, or its end would speak of something he has never heard of.
    unhush(step, alert.mergedInto);
    return null;
  }
  const suppression = hushed.suppression ?? findPolicy(step, alert);
  if (alert.isFinal || alert.mergedInto !== null || suppression === null) unhush(step, alert.occurrence);
  else hush(step, alert, suppression);
  if (suppression !== null && alert.mergedInto !== null) {
    const heir = { ...alert, occurrence: alert.mergedInto, mergedInto: null, emitReason: 'update' } as const;
    inherit(step, heir, suppression);
  }
  return suppression;
}

/**
 * Mostly a merge is a new name for an occurrence whose start turned out to be earlier: then nobody was told of it under
 * the new name either. That the other one had been told on its own is rare, and costs at most its end in a storm.
 */
function inherit(step: SuppressStep, heir: EnrichedAlert, suppression: Suppression): void {
  if (step.tables.hushed.get(heir.occurrence) === undefined) hush(step, heir, suppression);
}

/** Maintenance, silence, inhibition: what somebody stated, in this order. */
export function findPolicy(step: SuppressStep, alert: EnrichedAlert): Suppression | null {
  const { silences, maintenance, recurring, inhibitor } = step.derived;
  const { at } = step.time;
  const oneOff = maintenance.find(alert, at);
  const open = findOpenWindow(recurring, alert, at);
  if (open !== null && (oneOff === null || open.until > oneOff.endsAt)) {
    const { rule, location, since, until } = open;
    return { kind: 'maintenance', rule, location, since, until };
  }
  const stated = oneOff ?? silences.find(alert, at);
  if (stated !== null) {
    const { rule, location, startsAt, endsAt } = stated;
    return {
      kind: oneOff === null ? 'silence' : 'maintenance',
      rule,
      location,
      since: startsAt,
      until: endsAt,
    };
  }
  const inhibited = inhibitor.find(alert);
  return inhibited === null ? null : { kind: 'inhibit', ...inhibited, until: null };
}

/**
 * A storm keeps occurrences quiet that nobody was told of. It counts only those that nothing else keeps quiet: what is
 * silenced anyway disturbs nobody.
 */
export function judgeStorm(
  step: SuppressStep,
  alert: EnrichedAlert,
  hushed: EnrichedAlert | undefined,
): Suppression | null {
  if (!step.config.storm.isOn) return null;
  if (alert.emitReason === 'first') countNew(step, alert.tenant);
  else if (hushed === undefined) return null;
  else if (isSameStorm(step, hushed) && severityRank(alert) <= severityRank(hushed))
    return hushed.suppression;
  return judgeInStorm(step, alert);
}

function isSameStorm(step: SuppressStep, { tenant, suppression }: EnrichedAlert): boolean {
  return suppression?.kind === 'storm' && suppression.since === stormSince(step, tenant);
}
