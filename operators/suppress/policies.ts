import type { EventTimeMs } from '../../schemas/brand.ts';
import { compileMatchers, type Matchable, type Predicate } from '../../schemas/matcher/index.ts';
import type { TablesOf } from '../table.ts';
import { type SuppressConfig, weekdays } from './config.ts';
import { Inhibitor } from './inhibition.ts';
import { PolicyIndex } from './policy-index.ts';
import { minutesOf, openSpans, type Span } from './recurring-window.ts';
import type { ControlRow, tables } from './rows.ts';

export interface RecurringWindow {
  readonly tenant: string;
  readonly rule: string;
  readonly location: string;
  readonly matches: Predicate;
  readonly openAt: (at: EventTimeMs) => Span | null;
}

/** Everything that can be rebuilt from config and tables. */
export interface Derived {
  readonly silences: PolicyIndex;
  readonly maintenance: PolicyIndex;
  readonly recurring: readonly RecurringWindow[];
  readonly inhibitor: Inhibitor;
  /** Hushed occurrences by what hushes them (`groupOf`). */
  readonly hushedBy: Map<string, Set<string>>;
}

export function derivePolicies(config: SuppressConfig, rows: TablesOf<typeof tables>): Derived {
  const silences = new PolicyIndex();
  const maintenance = new PolicyIndex();
  for (const { id, ...silence } of config.silences) {
    silences.set(`config ${id}`, { ...silence, rule: id });
  }
  const derived: Derived = {
    silences,
    maintenance,
    recurring: config.maintenance.map(openWindow),
    inhibitor: new Inhibitor(config.inhibitRules, rows.sources.entries()),
    hushedBy: new Map(),
  };
  for (const [key, row] of rows.controls.entries()) indexControl(derived, key, row);
  return derived;
}

export function indexControl(derived: Derived, key: string, row: ControlRow): void {
  unindexControl(derived, key);
  const index = row.kind === 'silence' ? derived.silences : derived.maintenance;
  index.set(`control ${key}`, { ...row, rule: row.id });
}

export function unindexControl(derived: Derived, key: string): void {
  derived.silences.delete(`control ${key}`);
  derived.maintenance.delete(`control ${key}`);
}

function openWindow(window: SuppressConfig['maintenance'][number]): RecurringWindow {
  return {
    tenant: window.tenant,
    rule: window.id,
    location: window.location,
    matches: compileMatchers(window.matchers) ?? (() => false),
    openAt: openSpans({
      weekdays: new Set(window.weekdays.map((day) => weekdays.indexOf(day))),
      fromMinute: minutesOf(window.from),
      toMinute: minutesOf(window.to),
      timeZone: window.timeZone,
    }),
  };
}

/** The recurring window that is open for an alert and closes last; of several such the first of the config. */
export function findOpenWindow(
  windows: readonly RecurringWindow[],
  alert: Matchable,
  at: EventTimeMs,
): (RecurringWindow & Span) | null {
  let found: (RecurringWindow & Span) | null = null;
  for (const window of windows) {
    if (window.tenant !== '*' && window.tenant !== alert.tenant) continue;
    const span = window.openAt(at);
    if (span === null || (found !== null && span.until <= found.until)) continue;
    if (window.matches(alert)) found = { ...window, ...span };
  }
  return found;
}
