import { type EnrichedAlert, type Suppression, severities } from '../../schemas/alert.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import { canonical, hash128 } from '../../schemas/identity.ts';
import type { StormRow } from './rows.ts';
import { noFingerprint, type SuppressStep } from './step.ts';

/** The sliding window moves in this many parts. */
const parts = 10;

const noStorm: StormRow = {
  starts: [],
  counts: [],
  since: null,
  calmSince: null,
  told: 0,
  suppressed: 0,
  names: 0,
};

export function severityRank(alert: Pick<EnrichedAlert, 'severity'>): number {
  return severities.indexOf(alert.severity);
}

/** Start of the tenant's storm, or null. */
export function stormSince(step: SuppressStep, tenant: string): EventTimeMs | null {
  return step.tables.storms.get(tenant)?.since ?? null;
}

/** Counts an occurrence that would be told for the first time; one too many begins a storm. */
export function countNew(step: SuppressStep, tenant: string): void {
  const { at } = step.time;
  const { threshold, windowMs } = step.config.storm;
  const row = addOne(prune(step.tables.storms.get(tenant) ?? noStorm, at - windowMs), partStart(step, at));
  const begins = row.since === null && total(row) > threshold;
  step.tables.storms.set(tenant, begins ? { ...row, since: at, calmSince: null } : row);
  if (begins) state(step, tenant, at, 'storm-began', { newOccurrences: total(row), windowMs, threshold });
  if (begins || row.since === null) wakeStorm(step, tenant);
}

/** Whether an occurrence that nobody was told of yet is told in the storm of its tenant; counts it either way. */
export function judgeInStorm(step: SuppressStep, alert: EnrichedAlert): Suppression | null {
  const row = step.tables.storms.get(alert.tenant);
  if (row === undefined || row.since === null) return null;
  const { storm } = step.config;
  if (severityRank(alert) >= severities.indexOf(storm.alwaysTell) || keepsName(step, alert)) {
    // Read again: `keepsName` may have counted a name.
    const latest = step.tables.storms.get(alert.tenant) ?? row;
    step.tables.storms.set(alert.tenant, { ...latest, told: latest.told + 1 });
    return null;
  }
  step.tables.storms.set(alert.tenant, { ...row, suppressed: row.suppressed + 1 });
  return { kind: 'storm', rule: 'storm', location: storm.location, since: row.since, until: null };
}

/** The first ones of each (source, name) are told, so that a storm of one thing does not hide another. */
function keepsName(step: SuppressStep, { tenant, source, name }: EnrichedAlert): boolean {
  const { keepPerName, maxNames } = step.config.storm;
  const { storms, stormNames } = step.tables;
  const key = canonical([tenant, source, name]);
  const known = stormNames.get(key);
  if (known !== undefined && known.told >= keepPerName) return false;
  if (keepPerName === 0) return false;
  const row = storms.get(tenant) ?? noStorm;
  // Fails open: a name that cannot be remembered is told.
  if (known === undefined && row.names >= maxNames) return true;
  stormNames.set(key, { tenant, told: (known?.told ?? 0) + 1 });
  if (known === undefined) storms.set(tenant, { ...row, names: row.names + 1 });
  return true;
}

/** Moves the window on: ends a storm that has been calm for long enough, forgets a tenant without new occurrences. */
export function onStormTimer(step: SuppressStep, tenant: string): void {
  const stored = step.tables.storms.get(tenant);
  if (stored === undefined) return;
  const { at } = step.time;
  const { threshold, windowMs, calmMs } = step.config.storm;
  const row = prune(stored, at - windowMs);
  const calmSince = row.since !== null && total(row) < threshold / 2 ? (row.calmSince ?? at) : null;
  const isOver = calmSince !== null && at - calmSince >= calmMs;
  if (isOver) endStorm(step, tenant, row);
  const next = isOver ? { ...noStorm, starts: row.starts, counts: row.counts } : { ...row, calmSince };
  if (next.since === null && next.starts.length === 0) {
    step.tables.storms.delete(tenant);
    return;
  }
  step.tables.storms.set(tenant, next);
  wakeStorm(step, tenant);
}

function endStorm(step: SuppressStep, tenant: string, row: StormRow): void {
  const { told, suppressed, since } = row;
  state(step, tenant, since ?? 0, 'storm-ended', { told, suppressed, since: since ?? 0 });
  const { stormNames } = step.tables;
  for (const [key, name] of [...stormNames.entries()]) if (name.tenant === tenant) stormNames.delete(key);
}

/** In a storm at the end of each part, to see whether it is calm; else when the newest part leaves the window. */
function wakeStorm(step: SuppressStep, tenant: string): void {
  const row = step.tables.storms.get(tenant);
  if (row === undefined) return;
  const { windowMs } = step.config.storm;
  const newest = row.starts.at(-1) ?? step.time.at;
  const due = row.since === null ? newest + windowMs : partStart(step, step.time.at) + partMs(step);
  step.wakeAt(`storm:${tenant}`, due);
}

function state(
  step: SuppressStep,
  tenant: string,
  since: EventTimeMs,
  reason: 'storm-began' | 'storm-ended',
  facts: Readonly<Record<string, number>>,
): void {
  step.decide({
    alertId: hash128(['storm', tenant, String(since)]),
    fingerprint: noFingerprint,
    occurrence: null,
    incidentId: null,
    generation: 0,
    tenant,
    outcome: 'noted',
    reason,
    rule: 'storm',
    location: step.config.storm.location,
    detail: Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)])),
    count: 0,
    inputRange: null,
    eventTime: step.time.at,
  });
}

function partMs(step: SuppressStep): number {
  return Math.ceil(step.config.storm.windowMs / parts);
}

function partStart(step: SuppressStep, at: EventTimeMs): EventTimeMs {
  return Math.floor(at / partMs(step)) * partMs(step);
}

/** Drops the parts that began at or before `horizon`. */
function prune(row: StormRow, horizon: EventTimeMs): StormRow {
  const keep = row.starts.findIndex((start) => start > horizon);
  if (keep === 0) return row;
  if (keep < 0) return { ...row, starts: [], counts: [] };
  return { ...row, starts: row.starts.slice(keep), counts: row.counts.slice(keep) };
}

function addOne(row: StormRow, start: EventTimeMs): StormRow {
  const { since, calmSince, told, suppressed, names } = row;
  const last = row.starts.length - 1;
  const isNewPart = row.starts[last] !== start;
  const starts = isNewPart ? [...row.starts, start] : row.starts;
  const counts = isNewPart ? [...row.counts, 1] : row.counts.with(last, (row.counts[last] ?? 0) + 1);
  // Flat, as docs/performance.md says.
  return { starts, counts, since, calmSince, told, suppressed, names };
}

function total(row: StormRow): number {
  return row.counts.reduce((sum, count) => sum + count, 0);
}
