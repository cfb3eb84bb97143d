import { describe, expect, it } from 'vitest';
import { unstamped } from '../../../operators/events.ts';
import type { Condition, Story, TrueIncident } from '../../../pipeline/demo/story.ts';
import { TruthKeeper } from '../../../pipeline/demo/truth.ts';
import { serviceNamed } from '../../../pipeline/demo/world.ts';
import type { EnrichedAlert } from '../../../schemas/alert.ts';
import type { Incident } from '../../../schemas/incident.ts';
import { enrichedAlert, fingerprint, incidentId, occurrence } from '../../support/tellings.ts';

const minuteMs = 60_000;

const failures: readonly TrueIncident[] = [
  { number: 1, rootService: 'payments-db', from: 10 * minuteMs, to: 15 * minuteMs },
  { number: 2, rootService: 'orders-db', from: 40 * minuteMs, to: 45 * minuteMs },
];

/** Name and host of an alert that the failure causes. */
const alertsOf = (number: number) =>
  ['a', 'b', 'c', 'd'].map((name) => ({ name: `${name}${number}`, host: `host-${number}` }));

function conditionOf({ number, rootService, from, to }: TrueIncident): readonly Condition[] {
  return alertsOf(number).map(({ name, host }) => ({
    ...{ name, host, from, to, incident: number, severity: 'high', summary: '', everyMs: 1_000, value: null },
    service: serviceNamed(rootService),
  }));
}

const story: Story = { incidents: failures, conditions: failures.flatMap(conditionOf) };

interface Told {
  readonly name: string;
  readonly host: string;
  readonly at: number;
  readonly into: string;
  readonly service?: string;
  readonly over?: Partial<EnrichedAlert>;
}

/** What a keeper reports of alerts and of the incidents that they were put into and that were published. */
function reportOf(told: readonly Told[], published: readonly string[], cause = 'a1@host-1') {
  const keeper = new TruthKeeper(story);
  for (const id of published) keeper.incident(incidentOf(id, cause));
  for (const { name, host, at, into, service = 'payments-db', over } of told) {
    const [id = '', generation = '1'] = into.split('#');
    keeper.telling(
      enrichedAlert({
        name,
        service,
        labels: { host },
        firstSeen: at,
        fingerprint: fingerprint(`${name}@${host}`),
        occurrence: occurrence(`${name}@${host}@${at}`),
        incident: { id: incidentId(id), generation: Number(generation), confidence: 1, contributions: [] },
        ...over,
      }),
    );
  }
  return keeper.report();
}

function incidentOf(key: string, cause: string): Incident {
  const [id = '', generation = '1'] = key.split('#');
  return {
    id: incidentId(id),
    generation: Number(generation),
    revision: 1,
    tenant: 'acme',
    state: 'open',
    severity: 'high',
    title: '',
    startedAt: 0,
    updatedAt: 0,
    endedAt: null,
    alertCount: 0,
    suppressedCount: 0,
    fingerprints: [],
    fingerprintCount: 0,
    services: [],
    probableCause: { fingerprint: fingerprint(cause), confidence: 1, contributions: [] },
    types: [],
    confidence: 1,
    origin: unstamped,
  };
}

const during = { 1: 11 * minuteMs, 2: 41 * minuteMs } as const;
const of = (number: 1 | 2, into: string, count = 4): readonly Told[] =>
  alertsOf(number)
    .slice(0, count)
    .map((alert) => ({ ...alert, at: during[number], into }));
const noise = (into: string, count: number): readonly Told[] =>
  Array.from({ length: count }, (_, n) => ({ name: `noise${n}`, host: 'h', at: during[1], into }));

describe('a true incident', () => {
  it.each<[string, readonly Told[], readonly string[], object]>([
    ['is found by the incident that holds its alerts', of(1, 'x'), ['x'], { found: 1, spurious: 0 }],
    ['is not found when nothing was published of it', of(1, 'x'), [], { found: 0, spurious: 0 }],
    [
      'is found when noise makes up no more than half of the incident',
      [...of(1, 'x'), ...noise('x', 4)],
      ['x'],
      { found: 1, spurious: 0 },
    ],
    [
      'is not found in an incident that is mostly noise, which is spurious',
      [...of(1, 'x'), ...noise('x', 5)],
      ['x'],
      { found: 0, spurious: 1 },
    ],
    [
      'is not found by an incident that holds less than half of its alerts, which is spurious',
      [...of(1, 'x', 1), ...of(1, 'y').slice(1)],
      ['x'],
      { found: 0, spurious: 1 },
    ],
    [
      'that was torn in two is found once, and the other part is spurious',
      [...of(1, 'x', 2), ...of(1, 'y').slice(2)],
      ['x', 'y'],
      { found: 1, spurious: 1 },
    ],
    [
      'is not found beside another in one incident, though the larger one may be',
      [...of(1, 'x'), ...of(2, 'x', 2)],
      ['x'],
      { found: 1, spurious: 0 },
    ],
    [
      'is found in the generation that holds it, the other generation is judged for itself',
      [...of(1, 'x#1'), ...of(2, 'x#2')],
      ['x#1', 'x#2'],
      { found: 2, spurious: 0 },
    ],
    ['of noise alone does not exist', noise('x', 3), ['x'], { found: 0, spurious: 1 }],
  ])('%s', (_, told, published, expected) => {
    expect(reportOf(told, published).incidents).toEqual({ true: 2, ...expected });
  });

  it('is not found by alerts of the same name and host at another time', () => {
    const late = of(1, 'x').map((told) => ({ ...told, at: 30 * minuteMs }));
    expect(reportOf(late, ['x']).incidents).toMatchObject({ found: 0, spurious: 1 });
  });

  it('is not hidden by a check that goes on and off: however often, it is one alert', () => {
    const flaps = Array.from({ length: 30 }, (_, n) => ({
      ...{ name: 'flap', host: 'h', into: 'x' },
      at: during[1] + n * 1_000,
    }));
    expect(reportOf([...of(1, 'x'), ...flaps], ['x']).incidents).toMatchObject({ found: 1, spurious: 0 });
  });

  it('is not held against the generation that a final summary names', () => {
    const summaries = of(1, 'x#2').map((told) => ({ ...told, over: { isFinal: true } }));
    const told = [...of(1, 'x#1'), ...of(2, 'x#2'), ...summaries];
    expect(reportOf(told, ['x#1', 'x#2']).incidents).toMatchObject({ found: 2, spurious: 0 });
  });

  it('counts only if it began before the story was broken off', () => {
    expect(new TruthKeeper(story).report(20 * minuteMs).incidents.true).toBe(1);
  });
});

describe('a root cause', () => {
  it.each([
    ['is right when it is an alert of the service that failed first', 'payments-db', { right: 1, of: 1 }],
    ['is wrong when it is an alert of a service that suffered', 'payments', { right: 0, of: 1 }],
  ])('%s', (_, service, expected) => {
    const told = of(1, 'x').map((one) => ({ ...one, service }));
    expect(reportOf(told, ['x']).rootCause).toEqual(expected);
  });

  it('is asked for only where an incident was found', () => {
    expect(reportOf(noise('x', 3), ['x']).rootCause).toEqual({ right: 0, of: 0 });
  });
});
