import { canonical } from '../../schemas/identity.ts';
import type { RelateEvent, Tally } from '../events.ts';
import { defineOperator, type Step, type Timer } from '../operator.ts';
import { type Table, table } from '../table.ts';
import { AggregateConfig } from './config.ts';
import { addMinute, aggregateOf, newWindow, type Window, windowMs, windowSchema } from './window.ts';

export { AggregateConfig } from './config.ts';

const tables = { windows: table<Window>(windowSchema) };

/** Windows of one minute that are stated at one time, by their keys. They share a timer, since there are many. */
interface Group {
  /** In descending order while they are stated, from the end. */
  readonly keys: string[];
  isSorted: boolean;
}

/** By the key of their timer. */
type Groups = Map<string, Group>;

/** So many windows are stated by one timer, which is then set again: a shard may pause between two timers. */
const windowsAtOnce = 32;

type AggregateStep = Step<AggregateConfig, typeof tables, Groups, RelateEvent>;

/**
 * Counts firing observations by minute. A window is stated finally when `time.complete` says that nothing more can come, and
 * before, if that is long after its end, once as far as it is known; a higher revision replaces a lower one.
 */
export const aggregate = defineOperator<RelateEvent>()({
  name: 'aggregate',
  config: AggregateConfig,
  tables,
  derive: (_config, { windows }) => groupsOf(windows),
  on: { tally: count },
  onTimer: stateSome,
});

function groupsOf(windows: Table<Window>): Groups {
  const groups: Groups = new Map();
  for (const [key, window] of windows.entries()) join(groups, key, window);
  return groups;
}

/** Says whether the group is new. */
function join(groups: Groups, key: string, window: Window): boolean {
  const timer = timerOf(window);
  const group = groups.get(timer);
  if (group === undefined) {
    groups.set(timer, { keys: [key], isSorted: true });
    return true;
  }
  group.keys.push(key);
  group.isSorted = false;
  return false;
}

function timerOf({ start, statedAt }: Window): string {
  return `${start}/${statedAt}`;
}

function count(step: AggregateStep, { head, service, minutes, closesAt }: Tally): void {
  const { windows } = step.tables;
  const { tenant, severity, name } = head;
  const group = canonical([tenant, service, severity, name]);
  for (const minute of minutes) {
    const key = group + canonical([String(minute.minute)]);
    const known = windows.get(key);
    const window =
      known === undefined
        ? newWindow({ tenant, service, severity, name }, minute, closesAt)
        : addMinute(known, minute, closesAt);
    if (known?.closesAt === window.closesAt) windows.set(key, window);
    else schedule(step, key, { ...window, statedAt: nextStatement(step, window) });
  }
}

function schedule({ tables, derived, closeAt }: AggregateStep, key: string, window: Window): void {
  tables.windows.set(key, window);
  if (join(derived, key, window)) closeAt(timerOf(window), window.statedAt);
}

/**
 * A preview only where the final statement would come a minute later still, or two for what becomes known when its preview is
 * overdue: that is mostly the rest of five minutes that are over, whose final statement is near.
 */
function nextStatement({ config, time }: AggregateStep, window: Window): number {
  if (window.revision > 0) return window.closesAt;
  const preview = window.start + windowMs + config.previewAfterMs;
  const isOverdue = preview <= time.complete;
  const ahead = window.closesAt - (isOverdue ? time.complete : preview);
  return ahead < (isOverdue ? 2 * windowMs : windowMs) ? window.closesAt : preview;
}

/** In the order of their keys, whatever order they came in. */
function stateSome(step: AggregateStep, { key: timer, due }: Timer): void {
  const group = step.derived.get(timer);
  if (group === undefined) return;
  if (!group.isSorted) group.keys.sort().reverse();
  group.isSorted = true;
  for (const key of group.keys.splice(-windowsAtOnce).reverse()) state(step, key, due);
  if (group.keys.length > 0) step.closeAt(timer, due);
  else step.derived.delete(timer);
}

function state(step: AggregateStep, key: string, due: number): void {
  const window = step.tables.windows.get(key);
  // It may be stated at another time by now.
  if (window?.statedAt !== due) return;
  const isFinal = due >= window.closesAt;
  const value = aggregateOf(window, isFinal);
  const { tenant, service, severity, name } = window;
  step.emit({ kind: 'output', topic: 'aggregates', key: [tenant, service, severity, name].join('/'), value });
  if (isFinal) step.tables.windows.delete(key);
  else schedule(step, key, { ...window, revision: window.revision + 1, statedAt: window.closesAt });
}
