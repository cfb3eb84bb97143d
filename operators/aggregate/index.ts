import { canonical } from '../../schemas/identity.ts';
import type { RelateEvent, Tally } from '../events.ts';
import { defineOperator, type Step, type Timer } from '../operator.ts';
import { table } from '../table.ts';
import { AggregateConfig } from './config.ts';
import { addMinute, aggregateOf, emptyWindow, type Window, windowMs, windowSchema } from './window.ts';

export { AggregateConfig } from './config.ts';

const tables = { windows: table<Window>(windowSchema) };

type AggregateStep = Step<AggregateConfig, typeof tables, null, RelateEvent>;

/**
 * Counts firing observations by minute. A window is stated as far as it is known some time after its end, and once
 * more, finally, when `time.complete` says that nothing more can come; a higher revision replaces a lower one.
 */
export const aggregate = defineOperator<RelateEvent>()({
  name: 'aggregate',
  config: AggregateConfig,
  tables,
  derive: () => null,
  on: { tally: count },
  onTimer: close,
});

function count(step: AggregateStep, tally: Tally): void {
  const { tenant, severity, name } = tally.head;
  for (const minute of tally.minutes) {
    const group = { tenant, service: tally.service, severity, name, start: minute.minute };
    const key = canonical([tenant, tally.service, severity, name, String(minute.minute)]);
    const known = step.tables.windows.get(key);
    const window = addMinute(known ?? emptyWindow(group), minute, tally.closesAt);
    step.tables.windows.set(key, window);
    if (known === undefined || known.closesAt !== window.closesAt)
      step.closeAt(key, nextStatement(step, window));
  }
}

/** A preview only where it comes well before the end; otherwise the final statement is early enough. */
function nextStatement({ config }: AggregateStep, window: Window): number {
  const preview = window.start + windowMs + config.previewAfterMs;
  return window.revision === 0 && preview < window.closesAt ? preview : window.closesAt;
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
