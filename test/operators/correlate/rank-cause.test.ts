import { describe, expect, it } from 'vitest';
import type { EnrichedAlert } from '../../../schemas/alert.ts';
import { alertOf, bench, minuteMs, secondMs } from './tellings.ts';

const edges = ['edge>api', 'api>checkout', 'checkout>db', 'checkout>cache'].map((edge) => ({
  from: edge.split('>')[0],
  to: edge.split('>')[1],
}));

const at = (service: string, seconds: number, parts: object = {}) =>
  alertOf({ service, name: `${service}Down`, from: seconds * secondMs, ...parts });

/** Everything on one host, so that it is one incident whatever the topology says. */
function causeOf(alerts: readonly EnrichedAlert[]) {
  const { tell, incidents } = bench({ topology: { edges } });
  for (const alert of alerts) tell({ ...alert, labels: { host: 'h' } });
  expect(incidents()).toHaveLength(1);
  const [incident] = incidents();
  const cause = alerts.find(({ fingerprint }) => fingerprint === incident?.probableCause?.fingerprint);
  return { service: cause?.service, name: cause?.name, incident };
}

describe('the probable cause', () => {
  it.each<[string, EnrichedAlert[], string]>([
    ['is the only alert when there is one', [at('api', 0)], 'api'],
    [
      'is the deepest dependency in alert',
      [at('db', 0), at('checkout', 10), at('api', 20), at('edge', 30)],
      'db',
    ],
    [
      'is the dependency though its alert came after the symptoms',
      [at('api', 0), at('checkout', 5), at('db', 40)],
      'db',
    ],
    [
      'is the dependency though a symptom is more severe',
      [at('db', 0, { severity: 'medium' }), at('checkout', 10, { severity: 'critical' }), at('api', 12)],
      'db',
    ],
    [
      'is not a dependency that failed long after what it is to explain',
      [at('checkout', 0), at('api', 5), at('edge', 10), at('db', 170, { severity: 'low' })],
      'checkout',
    ],
    ['is the earliest of services that nothing relates', [at('mail', 0), at('ldap', 60)], 'mail'],
    [
      'is the more severe of two that began together',
      [at('mail', 0, { severity: 'low' }), at('ldap', 1, { severity: 'critical' })],
      'ldap',
    ],
  ])('%s', (_, alerts, expected) => {
    expect(causeOf(alerts).service).toBe(expected);
  });

  it('names its reasons, which sum to its confidence', () => {
    const { incident } = causeOf([at('checkout', 0), at('db', 5), at('api', 9)]);
    const { confidence = 0, contributions = [] } = incident?.probableCause ?? {};
    expect(contributions.map(({ name }) => name)).toEqual(['topology', 'earliest', 'severity', 'rarity']);
    expect(contributions.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(confidence);
    expect(confidence).toBeLessThanOrEqual(1);
  });

  it('is surer in a cascade than for a lone alert', () => {
    const lone = causeOf([at('db', 0)]).incident?.probableCause?.confidence ?? 1;
    const cascade = causeOf([at('db', 0), at('checkout', 5)]).incident?.probableCause?.confidence ?? 0;
    expect(cascade).toBeGreaterThan(lone);
  });

  it('is rather what is rarely in alert', () => {
    const { tell, end, incidents } = bench({});
    const blip = (minutes: number) => at('mail', minutes * 60);
    for (const minutes of [0, 40, 80]) {
      tell(blip(minutes));
      end(blip(minutes), (minutes + 1) * minuteMs);
    }
    tell({ ...at('mail', 7200), labels: { host: 'h' } });
    tell({ ...at('ldap', 7201, { name: 'Outage' }), labels: { host: 'h' } });
    expect(incidents().at(-1)?.title).toBe('ldap: Outage (+1 alert, 2 services)');
  });
});

describe('the title', () => {
  it.each<[string, EnrichedAlert[], string]>([
    ['names service and alert', [at('db', 0)], 'db: dbDown'],
    ['counts what came with it', [at('db', 0), at('checkout', 1)], 'db: dbDown (+1 alert, 2 services)'],
    [
      'counts alerts of one service without naming the number of services',
      [at('db', 0), at('db', 1, { name: 'Slow' }), at('db', 2, { name: 'Dead' })],
      'db: dbDown (+2 alerts)',
    ],
  ])('%s', (_, alerts, expected) => {
    expect(causeOf(alerts).incident?.title).toBe(expected);
  });

  it('does without a service where there is none', () => {
    const { tell, incidents } = bench();
    tell(alertOf({ name: 'Lonely' }));
    expect(incidents()[0]?.title).toBe('Lonely');
  });

  it('shortens a name that is a message', () => {
    const { tell, incidents } = bench();
    tell(alertOf({ name: 'x'.repeat(500) }));
    expect(incidents()[0]?.title).toHaveLength(80);
  });
});

describe('what an incident lists', () => {
  it('lists the first fingerprints and all services up to the cap, and counts them all', () => {
    const { tell, incidents } = bench({ maxListed: 2 });
    const alerts = ['c', 'a', 'b'].map((name, n) =>
      alertOf({ name, labels: { host: 'h' }, from: n * secondMs }),
    );
    for (const alert of alerts) tell(alert);
    expect(incidents()[0]).toMatchObject({
      alertCount: 3,
      fingerprintCount: 3,
      fingerprints: alerts.slice(0, 2).map(({ fingerprint }) => fingerprint),
      services: ['h'],
    });
  });

  it('counts revisions one by one and keeps the worst severity and the first start', () => {
    const { tell, published } = bench();
    for (const [n, severity] of (['low', 'critical', 'medium'] as const).entries()) {
      tell(alertOf({ name: `N${severity}`, severity, labels: { host: 'h' }, from: n * secondMs }));
    }
    expect(published().map(({ revision, severity }) => [revision, severity])).toEqual([
      [1, 'low'],
      [2, 'critical'],
      [3, 'critical'],
    ]);
    expect(new Set(published().map(({ startedAt }) => startedAt)).size).toBe(1);
  });
});
