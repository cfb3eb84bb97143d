import type { RelateEvent } from '../events.ts';
import { defineOperator, type Timer } from '../operator.ts';
import { SuppressConfig } from './config.ts';
import { indexHushed, unhush } from './hush.ts';
import { judge } from './judge.ts';
import { forgetControl, obeyControl } from './obey-control.ts';
import { derivePolicies } from './policies.ts';
import { releaseGroup } from './release.ts';
import { tables } from './rows.ts';
import type { SuppressStep } from './step.ts';
import { onStormTimer } from './storm.ts';
import { findForgotten, wakeSweep } from './sweep.ts';
import { dropSource, trackSource } from './track-sources.ts';

export { Instant, NamingMatchers, SuppressConfig } from './config.ts';

/**
 * Decides who is not told, by stated policy only: maintenance, silence, inhibition, storm, in this order; scores never
 * count. Each telling gets a verdict that names the rule, its place and its end. Nothing is dropped: a telling that is
 * kept quiet goes on with its verdict, and what still fires when a silence, maintenance or inhibition ends is told then.
 */
export const suppress = defineOperator<RelateEvent>()({
  name: 'suppress',
  config: SuppressConfig,
  tables,
  derive(config, rows) {
    const derived = derivePolicies(config, rows);
    for (const row of rows.hushed.values()) indexHushed(derived, row);
    return derived;
  },
  on: {
    telling(step, telling) {
      const { alert, cause } = telling;
      trackSource(step, alert);
      const suppression = judge(step, alert);
      // Most tellings pass: they go on as they came, without a copy.
      const isAsItCame = suppression === null && alert.suppression === null;
      step.emit(isAsItCame ? telling : { kind: 'telling', alert: { ...alert, suppression }, cause });
    },
    control(step, copy) {
      obeyControl(step, copy);
      step.emit(copy);
    },
  },
  onTimer: (step, timer) => wake(step, timer),
});

/** Timer keys are `<what>:<key>`; the key may hold colons. */
function wake(step: SuppressStep, { key }: Timer): void {
  const colon = key.indexOf(':');
  const subject = key.slice(colon + 1);
  const what = key.slice(0, colon);
  if (what === 'group') releaseGroup(step, subject);
  else if (what === 'control') forgetControl(step, subject);
  else if (what === 'storm') onStormTimer(step, subject);
  else sweep(step);
}

function sweep(step: SuppressStep): void {
  const { hushed, sources } = findForgotten(step);
  for (const occurrence of hushed) unhush(step, occurrence);
  for (const occurrence of sources) dropSource(step, occurrence);
  if (step.tables.hushed.size + step.tables.sources.size > 0) wakeSweep(step);
}
