import { describe, expect, it } from 'vitest';
import { pairwise, randomOf, type Scenario, type Shape, scenario, shopEdges } from './scenario.ts';
import { alertOf, bench, hourMs, minuteMs, secondMs } from './tellings.ts';

const seeds = Array.from({ length: 20 }, (_, n) => n + 1);

interface Outcome {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Share of cascades whose incident names the true root. */
  readonly roots: number;
}

function run(seed: number, shape: Shape, edges = shopEdges): Outcome {
  const { stream, truth, roots } = scenario(seed, shape);
  const { driven, send, incidents } = bench({ topology: { edges } });
  for (const { at, event } of stream) send(event, at);
  const found = new Map<string, string>();
  for (const event of driven.events) {
    if (event.kind === 'telling') found.set(event.alert.occurrence, event.alert.incident?.id ?? '');
  }
  const named = new Map(
    incidents().map(({ id, probableCause }) => [id as string, probableCause?.fingerprint]),
  );
  const right = [...roots].filter(
    ([group, root]) => named.get(mainIncident({ truth, found }, group)) === root,
  );
  return { ...pairwise(truth, found), roots: right.length / roots.size };
}

/** The incident that holds most of a cascade. */
function mainIncident(
  { truth, found }: { truth: Scenario['truth']; found: ReadonlyMap<string, string> },
  group: string,
): string {
  const counts = new Map<string, number>();
  for (const [occurrence, its] of truth) {
    const id = found.get(occurrence);
    if (its === group && id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}

function mean(outcomes: readonly Outcome[], figure: keyof Outcome): number {
  return outcomes.reduce((sum, outcome) => sum + outcome[figure], 0) / outcomes.length;
}

describe('cascades among background noise, over 20 seeds', () => {
  const usual = { cascades: 6, noiseEveryMs: 10 * minuteMs, hours: 6 };
  it.each<[string, Shape]>([
    ['with labels', usual],
    ['with nothing but the service and the host', { ...usual, isBare: true }],
    ['twice as slow', { ...usual, slowness: 2 }],
    ['with less noise', { ...usual, noiseEveryMs: 30 * minuteMs }],
  ])('%s: pairwise F1 ≥ 0.9 and the root right in ≥ 80 %%', (_, shape) => {
    const outcomes = seeds.map((seed) => run(seed, shape));
    expect(mean(outcomes, 'f1')).toBeGreaterThanOrEqual(0.9);
    expect(mean(outcomes, 'recall')).toBeGreaterThanOrEqual(0.95);
    expect(mean(outcomes, 'roots')).toBeGreaterThanOrEqual(0.8);
  });

  it('the graph is what does it: with one of strangers, neither is reached', () => {
    const strangers = [{ from: 'a', to: 'b' }];
    const outcomes = seeds.map((seed) => run(seed, { ...usual, isBare: true }, strangers));
    expect(mean(outcomes, 'recall')).toBeLessThan(0.5);
  });
});

describe('alerts of an intrusion detection: no topology, hosts only', () => {
  /** Alerts of `names` on each host, `everyMs` apart, hosts `apartMs` apart. */
  function attack(hosts: readonly string[], { everyMs, apartMs }: { everyMs: number; apartMs: number }) {
    const { tell } = bench();
    const names = ['PortScan', 'LoginFailed', 'ShellOpened', 'FileChanged', 'TrafficUnusual'];
    return hosts.map((host, h) =>
      names.map(
        (name, n) => tell(alertOf({ name, labels: { host }, from: h * apartMs + n * everyMs })).incident?.id,
      ),
    );
  }

  it('alerts on one host within minutes are one incident', () => {
    expect(new Set(attack(['web1'], { everyMs: 90 * secondMs, apartMs: 0 }).flat()).size).toBe(1);
  });

  it('the same alerts on two unrelated hosts at nearly the same time are two incidents', () => {
    const [web, db] = attack(['web1', 'db7'], { everyMs: 30 * secondMs, apartMs: 3 * minuteMs });
    expect(new Set(web).size).toBe(1);
    expect(new Set(db).size).toBe(1);
    expect(web?.[0]).not.toBe(db?.[0]);
  });

  it('the same rare message on many hosts of a cluster within a minute is one incident', () => {
    const { tell } = bench();
    const ids = Array.from({ length: 20 }, (_, n) =>
      tell(
        alertOf({
          name: 'HostUnreachable',
          labels: { host: `rack${n}`, cluster: 'c1', zone: 'z1', namespace: 'base' },
          from: n * 2 * secondMs,
        }),
      ),
    ).map(({ incident }) => incident?.id);
    expect(new Set(ids).size).toBe(1);
  });
});

/*
 * What was chosen for a host that never falls silent: its alerts make one incident for half an hour or so (driftMs).
 * By then the host is known to be in alert all the time and says nothing any more, so that each of its alerts stands
 * alone, and a real incident there keeps to itself.
 */
describe('chatter on one host for a day', () => {
  function chatter(everyMs: number) {
    const test = bench({ topology: { edges: shopEdges } });
    const random = randomOf(7);
    const real: (string | undefined)[] = [];
    for (let at = 0; at < 24 * hourMs; at += everyMs) {
      const name = `Probe${'abcdefghij'[Math.floor(random() * 10)]}${'xyz'[Math.floor(random() * 3)]}`;
      const alert = alertOf({ name, labels: { host: 'shop-db-0' }, from: at });
      test.tell(alert);
      test.end(alert, at + minuteMs);
      if (real.length === 0 && at >= 12 * hourMs) {
        for (const [n, service] of ['shop-db', 'shop-core', 'shop-api', 'edge'].entries()) {
          const host = service === 'shop-db' ? 'shop-db-0' : `${service}-1`;
          const from = at + minuteMs + n * 10 * secondMs;
          const member = test.tell(alertOf({ name: `Broken${service}`, service, labels: { host }, from }));
          real.push(member.incident?.id);
        }
      }
    }
    const sizes = test.incidents().map(({ id, alertCount }) => ({ id: id as string, alertCount }));
    return { real, sizes };
  }

  it.each([1, 2, 4].map((minutes) => [minutes]))(
    'every %i minutes: no giant incident, and a real one stands apart',
    (minutes) => {
      const { real, sizes } = chatter(minutes * minuteMs);
      expect(new Set(real).size).toBe(1);
      expect(sizes.find(({ id }) => id === real[0])?.alertCount).toBeLessThanOrEqual(8);
      expect(Math.max(...sizes.map(({ alertCount }) => alertCount))).toBeLessThanOrEqual(80);
    },
  );

  it('an outage that goes on for hours stays one incident: what began it still fires', () => {
    const { tell } = bench();
    const ids = Array.from({ length: 90 }, (_, n) =>
      tell(alertOf({ name: `Trouble${n}x`, labels: { host: 'web1' }, from: n * 2 * minuteMs })),
    ).map(({ incident }) => incident?.id);
    expect(new Set(ids).size).toBe(1);
  });
});
