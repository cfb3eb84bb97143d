import { canonical } from '../../schemas/identity.ts';
import type { RelateEvent, Tally } from '../events.ts';
import { defineOperator, type Step, type Timer } from '../operator.ts';
import { table } from '../table.ts';
import { AggregateConfig } from './config.ts';
import { addMinute, aggregateOf, newWindow, type Window, windowMs, windowSchema } from './window.ts';

export { AggregateConfig } from './config.ts';

const tables = { windows: table<Window>(windowSchema) };

type AggregateStep = Step<AggregateConfig, typeof tables, null, RelateEvent>;

/**
 * Counts firing observations by minute. A window is stated finally when `time.complete` says that nothing more can come, and
 * before, if that is long after its end, once as far as it is known; a higher revision replaces a lower one.
 */
export const aggregate = defineOperator<RelateEvent>()({
  name: 'aggregate',
  config: AggregateConfig,
  tables,
  derive: () => null,
  on: { tally: count },
  onTimer: close,
});

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
    windows.set(key, window);
    if (known?.closesAt !== window.closesAt) step.closeAt(key, nextStatement(step, window));
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

function close(step: AggregateStep, { key, due }: Timer): void {
  const window = step.tables.windows.get(key);
  if (window === undefined) return;
  const isFinal = due >= window.closesAt;
  const value = aggregateOf(window, isFinal);
  const { tenant, service, severity, name } = window;
  step.emit({ kind: 'output', topic: 'aggregates', key: [tenant, service, severity, name].join('/'), value });
  if (isFinal) {
    step.tables.windows.delete(key);
    return;
  }
  step.tables.windows.set(key, { ...window, revision: window.revision + 1 });
  step.closeAt(key, window.closesAt);
}
