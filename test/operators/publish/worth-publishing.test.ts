import { describe, expect, it } from 'vitest';
import { unstamped } from '../../../operators/events.ts';
import { publish } from '../../../operators/publish/index.ts';
import type { Severity } from '../../../schemas/alert.ts';
import type { Incident, IncidentState } from '../../../schemas/incident.ts';
import { drive } from '../../support/operator-host.ts';
import { incidentId, occurrence, telling } from '../../support/tellings.ts';

const incidentsWith = [
  { alerts: 1, severity: 'critical' },
  { alerts: 2, severity: 'high' },
  { alerts: 8, severity: 'low' },
];

function incident(severity: Severity, fingerprintCount: number, state: IncidentState = 'open'): Incident {
  return {
    id: incidentId('i1'),
    generation: 1,
    revision: 1,
    tenant: 'default',
    state,
    severity,
    title: 'Disk full on db-1',
    startedAt: 0,
    updatedAt: 0,
    endedAt: null,
    alertCount: 20,
    suppressedCount: 0,
    fingerprints: [],
    fingerprintCount,
    services: [],
    probableCause: null,
    types: [],
    confidence: 1,
    origin: unstamped,
  };
}

/** What is published of the states of one incident of which somebody was told. */
function published(config: object, ...states: readonly Incident[]) {
  const scene = drive(publish, config);
  const ref = { id: incidentId('i1'), generation: 1, confidence: 1, contributions: [] };
  scene.send(telling({ occurrence: occurrence('o1'), incident: ref }, 1), 1);
  for (const [at, state] of states.entries()) scene.send({ kind: 'incident', incident: state }, at + 2);
  return scene.events.flatMap((event) =>
    event.kind === 'output' && event.topic === 'incidents' ? [event.value] : [],
  );
}

describe('an incident that somebody was told of', () => {
  it.each<[string, Severity, number, boolean]>([
    ['of one alert is published when that is severe enough by itself', 'critical', 1, true],
    ['of one alert that is not is held back', 'high', 1, false],
    ['of two is published when one of them is severe', 'high', 2, true],
    ['of many mild ones is published', 'low', 8, true],
    ['of fewer mild ones is held back, however often they fire', 'medium', 7, false],
    ['of many that nobody needs to know of is held back', 'info', 50, false],
  ])('%s', (_, severity, alerts, isPublished) => {
    expect(published({ incidentsWith }, incident(severity, alerts))).toHaveLength(isPublished ? 1 : 0);
  });

  it('is published whatever it holds when nothing is configured', () => {
    expect(published({}, incident('unknown', 1))).toHaveLength(1);
  });

  it('is published from the change on that makes it worth it, as its first revision, to its end', () => {
    const states = [incident('low', 1), incident('high', 2), incident('low', 1, 'resolved')];
    const seen = published({ incidentsWith }, ...states);
    expect(seen.map(({ revision, severity, state }) => [revision, severity, state])).toEqual([
      [1, 'high', 'open'],
      [2, 'low', 'resolved'],
    ]);
  });
});
