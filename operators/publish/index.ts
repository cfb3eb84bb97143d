import type { RelateEvent } from '../events.ts';
import { defineOperator } from '../operator.ts';
import { PublishConfig } from './config.ts';
import { addTo, changeIncident, countMember, forgetIncident } from './publish-incident.ts';
import { publishTelling } from './publish-telling.ts';
import { type Derived, tables } from './rows.ts';

export { PublishConfig } from './config.ts';

/**
 * The last operator: chooses the topic of each telling by its verdict and accounts for the alert that caused it, and lets
 * an incident be seen only once somebody was told of a member. Within one incident, (generation, revision) only grows.
 */
export const publish = defineOperator<RelateEvent>()({
  name: 'publish',
  config: PublishConfig,
  tables,
  derive(_config, { members }): Derived {
    const membersOf = new Map<string, Set<string>>();
    for (const [occurrence, { incidentId }] of members.entries()) addTo(membersOf, incidentId, occurrence);
    return { membersOf };
  },
  on: {
    telling(step, telling) {
      publishTelling(step, telling);
      countMember(step, telling.alert);
    },
    incident: (step, { incident }) => changeIncident(step, incident),
  },
  onTimer: (step, { key }) => forgetIncident(step, key),
});
