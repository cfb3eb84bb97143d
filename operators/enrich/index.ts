import type { RelateEvent, Tally, Telling } from '../events.ts';
import { defineOperator } from '../operator.ts';
import { EnrichConfig } from './config.ts';
import { type Indexes, indexTables, lookUp, serviceFromLabels } from './look-up.ts';

export { EnrichConfig } from './config.ts';

/**
 * Adds owner, service, runbook and annotations from tables in the config. Keeps nothing, blocks on nothing, and leaves
 * fingerprint and content hash alone: what our tables say is not what the source said.
 */
export const enrich = defineOperator<RelateEvent>()({
  name: 'enrich',
  config: EnrichConfig,
  tables: {},
  derive: (config): Indexes => indexTables(config),
  on: {
    telling: (step, telling) => step.emit(enrichTelling(step.config, step.derived, telling)),
    tally: (step, tally) => step.emit(enrichTally(step.config, step.derived, tally)),
  },
});

function enrichTelling(config: EnrichConfig, indexes: Indexes, telling: Telling): Telling {
  const { alert } = telling;
  const service = serviceFromLabels(alert, config.serviceLabels) || alert.service;
  const facts = lookUp(indexes, named(alert, service));
  // The source's own annotations win: a table must not hide what the alert says of itself.
  const annotations =
    Object.keys(facts.annotations).length === 0
      ? alert.annotations
      : { ...facts.annotations, ...alert.annotations };
  const owner = facts.owner || alert.owner;
  const runbookUrl = facts.runbookUrl || alert.runbookUrl;
  return {
    ...telling,
    alert: { ...alert, annotations, owner, service: facts.service, runbookUrl },
  };
}

function enrichTally(config: EnrichConfig, indexes: Indexes, tally: Tally): Tally {
  const service = serviceFromLabels(tally.head, config.serviceLabels) || tally.service;
  return { ...tally, service: lookUp(indexes, named(tally.head, service)).service };
}

function named({ tenant, source, name, severity, labels }: Tally['head'], service: string) {
  return { tenant, source, name, severity, labels, service };
}
