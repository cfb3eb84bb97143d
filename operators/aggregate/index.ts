import { canonical } from '../../schemas/identity.ts';
import type { MinuteCount } from '../../schemas/reduced.ts';
import type { RelateEvent, Tally } from '../events.ts';
import { defineOperator, type Step, type Timer } from '../operator.ts';
import { type Table, table } from '../table.ts';
import { AggregateConfig } from './config.ts';
import {
  addMinute,
  aggregateOf,
  copyOf,
  newWindow,
  type Stretch,
  stretchOf,
  stretchSchema,
  type Window,
  windowMs,
} from './window.ts';

export { AggregateConfig } from './config.ts';

const tables = { stretches: table<Stretch>(stretchSchema) };

/** Rows that hold windows which are stated at one time, by their keys. They share a timer, since there are many. */
interface Due {
  /** In descending order while they are stated, from the end. */
  readonly keys: string[];
  isSorted: boolean;
}

/** By the key of their timer: the time. */
type Dues = Map<string, Due>;

/** So many rows are looked at by one timer, which is then set again: a shard may pause between two timers. */
const rowsAtOnce = 8;

type AggregateStep = Step<AggregateConfig, typeof tables, Dues, RelateEvent>;

/**
 * Counts firing observations by minute. A window is stated finally when `time.complete` says that nothing more can come, and
 * before, if that is long after its end, once as far as it is known; a higher revision replaces a lower one.
 */
export const aggregate = defineOperator<RelateEvent>()({
  name: 'aggregate',
  config: AggregateConfig,
  tables,
  derive: (_config, { stretches }) => duesOf(stretches),
  on: { tally: count },
  onTimer: stateSome,
});

function duesOf(stretches: Table<Stretch>): Dues {
  const dues: Dues = new Map();
  for (const [key, { windows }] of stretches.entries())
    for (const [position, { statedAt }] of windows.entries())
      if (!isAmong(windows, statedAt, position)) join(dues, key, statedAt);
  return dues;
}

/** Whether a row is among those that are looked at then, for one of its first `count` windows. */
function isAmong(windows: readonly Window[], statedAt: number, count = windows.length): boolean {
  for (let position = 0; position < count; position += 1)
    if (windows[position]?.statedAt === statedAt) return true;
  return false;
}

/** Says whether nothing else was due then. */
function join(dues: Dues, key: string, statedAt: number): boolean {
  const timer = String(statedAt);
  const due = dues.get(timer);
  if (due === undefined) {
    dues.set(timer, { keys: [key], isSorted: true });
    return true;
  }
  due.keys.push(key);
  due.isSorted = false;
  return false;
}

function count(step: AggregateStep, { head, service, minutes, closesAt }: Tally): void {
  const { tenant, severity, name } = head;
  const group = canonical([tenant, service, severity, name]);
  for (let from = 0, to = 0; from < minutes.length; from = to) {
    // The loop keeps within the list.
    const stretch = stretchOf((minutes[from] as MinuteCount).minute);
    while (to < minutes.length && stretchOf((minutes[to] as MinuteCount).minute) === stretch) to += 1;
    const key = group + canonical([String(stretch)]);
    const known = step.tables.stretches.get(key);
    const windows = known === undefined ? [] : [...known.windows];
    for (let at = from; at < to; at += 1)
      put(step, windows, { minute: minutes[at] as MinuteCount, closesAt });
    keep(step, key, known, { tenant, service, severity, name, windows });
  }
}

/** Adds a minute to the windows of a row. */
function put(
  step: AggregateStep,
  windows: Window[],
  { minute, closesAt }: { readonly minute: MinuteCount; readonly closesAt: number },
): void {
  let at = windows.length;
  while (at > 0 && (windows[at - 1]?.start ?? 0) >= minute.minute) at -= 1;
  const known = windows[at];
  if (known === undefined || known.start !== minute.minute) {
    const opened = newWindow(minute, closesAt);
    opened.statedAt = nextStatement(step, opened);
    windows.splice(at, 0, opened);
    return;
  }
  const window = addMinute(known, minute, closesAt);
  if (known.closesAt !== window.closesAt) window.statedAt = nextStatement(step, window);
  windows[at] = window;
}

/** Sets a row, and a timer for each time that something new of it is stated at. */
function keep(
  { tables, derived, closeAt }: AggregateStep,
  key: string,
  known: Stretch | undefined,
  row: Stretch,
): void {
  tables.stretches.set(key, row);
  for (const [position, { statedAt }] of row.windows.entries()) {
    if (isAmong(row.windows, statedAt, position)) continue;
    if (known !== undefined && isAmong(known.windows, statedAt)) continue;
    if (join(derived, key, statedAt)) closeAt(String(statedAt), statedAt);
  }
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
function stateSome(step: AggregateStep, { key: timer, due: at }: Timer): void {
  const due = step.derived.get(timer);
  if (due === undefined) return;
  if (!due.isSorted) due.keys.sort().reverse();
  due.isSorted = true;
  for (const key of due.keys.splice(-rowsAtOnce).reverse()) state(step, key, at);
  if (due.keys.length > 0) step.closeAt(timer, at);
  else step.derived.delete(timer);
}

/** States what of a row is due; it may be stated at another time by now. */
function state(step: AggregateStep, key: string, at: number): void {
  const row = step.tables.stretches.get(key);
  if (row === undefined || !isAmong(row.windows, at)) return;
  const name = [row.tenant, row.service, row.severity, row.name].join('/');
  const windows: Window[] = [];
  for (const window of row.windows) {
    if (window.statedAt !== at) {
      windows.push(window);
      continue;
    }
    const isFinal = at >= window.closesAt;
    const value = aggregateOf(row, window, isFinal);
    step.emit({ kind: 'output', topic: 'aggregates', key: name, value });
    if (isFinal) continue;
    const stated = copyOf(window);
    stated.revision += 1;
    stated.statedAt = window.closesAt;
    windows.push(stated);
  }
  const { tenant, service, severity } = row;
  if (windows.length === 0) step.tables.stretches.delete(key);
  else keep(step, key, row, { tenant, service, severity, name: row.name, windows });
}
