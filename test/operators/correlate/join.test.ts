import { describe, expect, it } from 'vitest';
import type { EnrichedAlert } from '../../../schemas/alert.ts';
import { config, joins, on } from './joining.ts';
import { alertOf, bench, hourMs, minuteMs, secondMs, t0 } from './tellings.ts';

describe('an alert joins', () => {
  it.each<[string, EnrichedAlert, EnrichedAlert]>([
    [
      'when its service depends on one in alert',
      alertOf({ service: 'db', name: 'DiskFull' }),
      alertOf({ service: 'checkout', name: 'ErrorsHigh', from: 60 * secondMs }),
    ],
    [
      'when a service that depends on it is in alert: symptoms may be seen first',
      alertOf({ service: 'checkout', name: 'ErrorsHigh' }),
      alertOf({ service: 'db', name: 'DiskFull', from: 45 * secondMs }),
    ],
    [
      'over two hops within seconds, though what lies between is silent',
      alertOf({ service: 'db', name: 'DiskFull' }),
      alertOf({ service: 'api', name: 'Slow', from: 20 * secondMs }),
    ],
    [
      'when it is of the same service minutes later',
      alertOf({ service: 'db', name: 'DiskFull' }),
      alertOf({ service: 'db', name: 'Deadlock', from: 3 * minuteMs }),
    ],
    [
      'when it is on the same host within minutes',
      on('web1', { name: 'PortScan' }),
      on('web1', { name: 'LoginFailed', from: 2 * minuteMs }),
    ],
    [
      'when the message is the same in the same cluster and namespace',
      alertOf({ name: 'PodRestarted', labels: { pod: 'a-1', cluster: 'c', namespace: 'shop' } }),
      alertOf({
        name: 'PodRestarted',
        labels: { pod: 'b-2', cluster: 'c', namespace: 'shop' },
        from: minuteMs,
      }),
    ],
    [
      'when it began before the incident but was told later',
      alertOf({ service: 'checkout', name: 'ErrorsHigh', from: minuteMs }),
      { ...alertOf({ service: 'db', name: 'DiskFull', from: 0 }), firstSeen: t0 + 90 * secondMs },
    ],
  ])('%s', (_, first, second) => {
    expect(joins(first, second)).toBe(true);
  });
});

describe('an alert opens an incident of its own', () => {
  it.each<[string, EnrichedAlert, EnrichedAlert]>([
    [
      'when nothing but the time is the same',
      alertOf({ service: 'db', name: 'DiskFull' }),
      alertOf({ service: 'index', name: 'Corrupt' }),
    ],
    [
      'when neither says where it comes from',
      alertOf({ name: 'DiskFull' }),
      alertOf({ name: 'LoginFailed' }),
    ],
    [
      'when only the message is the same, on another host',
      on('web1', { name: 'CpuHigh' }),
      on('db7', { name: 'CpuHigh', from: 30 * secondMs }),
    ],
    [
      'when only a broad label is the same',
      alertOf({ name: 'DiskFull', labels: { cluster: 'c', region: 'eu' } }),
      alertOf({ name: 'LoginFailed', labels: { cluster: 'c', region: 'eu' } }),
    ],
    [
      'when the related alert is long ago',
      alertOf({ service: 'db', name: 'DiskFull' }),
      alertOf({ service: 'checkout', name: 'ErrorsHigh', from: 20 * minuteMs }),
    ],
    [
      'when the service is the same but the tenant is not',
      alertOf({ service: 'db', name: 'DiskFull' }),
      alertOf({ service: 'db', name: 'DiskFull', tenant: 'other' }),
    ],
    [
      'when a label has the same value under another name',
      alertOf({ name: 'DiskFull', labels: { host: 'a' } }),
      alertOf({ name: 'LoginFailed', labels: { pod: 'a' }, from: 1 }),
    ],
  ])('%s', (_, first, second) => {
    expect(joins(first, second)).toBe(false);
  });

  it('though joinAt is 0: without evidence besides time there is no candidate', () => {
    const { tell } = bench({ ...config, joinAt: 0, weights: { temporal: 0.99 } });
    const first = tell(alertOf({ service: 'db', name: 'DiskFull' }));
    expect(tell(alertOf({ service: 'index', name: 'Corrupt' })).incident?.id).not.toBe(first.incident?.id);
  });
});

describe('mild alerts', () => {
  it.each(['info', 'low'] as const)('of severity %s explain nothing in other services', (severity) => {
    const first = alertOf({ service: 'db', name: 'ProbeFailed', severity });
    expect(joins(first, alertOf({ service: 'checkout', name: 'ErrorsHigh', from: 20 * secondMs }))).toBe(
      false,
    );
  });

  it('belong to an incident of their own service', () => {
    const first = alertOf({ service: 'db', name: 'DiskFull' });
    const mild = { service: 'db', name: 'ProbeFailed', severity: 'low', from: 20 * secondMs } as const;
    expect(joins(first, alertOf(mild))).toBe(true);
  });

  it('are those with a severity that is known: where a source states none, every alert may matter', () => {
    const first = alertOf({ service: 'db', name: 'DiskFull', severity: 'unknown' });
    expect(joins(first, alertOf({ service: 'checkout', name: 'ErrorsHigh', from: 20 * secondMs }))).toBe(
      true,
    );
  });
});

describe('the best of several incidents', () => {
  it('an alert joins the one it is surest of, not the newest', () => {
    const { tell } = bench(config);
    const db = tell(alertOf({ service: 'db', name: 'DiskFull', labels: { host: 'h1' } }));
    const index = tell(on('h2', { service: 'index', name: 'Corrupt', from: 30 * secondMs }));
    expect(index.incident?.id).not.toBe(db.incident?.id);
    const third = tell(on('h1', { service: 'checkout', name: 'Slow', from: 40 * secondMs }));
    expect(third.incident?.id).toBe(db.incident?.id);
  });

  it('an alert finds its own host behind a crowd of newer incidents that share only its message', () => {
    const { tell } = bench(config);
    const told = (host: string, name: string, from: number) =>
      tell(alertOf({ name, labels: { host }, from }));
    const own = told('own', 'DiskFull', 0);
    for (let n = 1; n <= 60; n += 1) told(`other-${n}`, 'LoginFailed', n * 100);
    expect(told('own', 'LoginFailed', 10 * secondMs).incident?.id).toBe(own.incident?.id);
  });

  it('an alert joins the one in which several near services are in alert, not the nearest lone one', () => {
    const { tell } = bench(config);
    const failure = tell(alertOf({ service: 'db', name: 'DiskFull', from: 60 * secondMs }));
    const blip = tell(alertOf({ service: 'api', name: 'GarbageCollection', severity: 'low' }));
    tell(alertOf({ service: 'checkout', name: 'ErrorsHigh', from: 75 * secondMs }));
    expect(blip.incident?.id).not.toBe(failure.incident?.id);
    const errors = tell(alertOf({ service: 'api', name: 'ErrorsHigh', from: 90 * secondMs }));
    expect(errors.incident?.id).toBe(failure.incident?.id);
  });

  it('an alert that matters joins one that matters, not the mild one of its own host', () => {
    const { tell } = bench(config);
    const mild = { service: 'api', labels: { host: 'api-1' }, severity: 'low' } as const;
    const probe = tell(alertOf({ ...mild, name: 'ProbeFailed' }));
    const failure = tell(alertOf({ service: 'checkout', name: 'OutOfMemory', from: 60 * secondMs }));
    const errors = tell(alertOf({ ...mild, name: 'ErrorsHigh', severity: 'high', from: 80 * secondMs }));
    expect(errors.incident?.id).toBe(failure.incident?.id);
    expect(errors.incident?.id).not.toBe(probe.incident?.id);
  });

  it('a host that is always in alert says little about the next alert on it', () => {
    const { tell } = bench({});
    for (let n = 0; n < 32; n += 1) tell(on('jump', { name: `Chatter${n}x`, from: n * 5 * minuteMs }));
    const first = tell(on('jump', { name: 'PortScan', from: 161 * minuteMs }));
    const second = tell(on('jump', { name: 'LoginFailed', from: 163 * minuteMs }));
    expect(second.incident?.id).not.toBe(first.incident?.id);
  });

  it('a service that is named by a label only counts once', () => {
    const { tell } = bench({});
    tell(on('web1', { name: 'PortScan' }));
    const joined = tell(on('web1', { name: 'LoginFailed', from: secondMs }));
    expect(joined.incident?.contributions.map(({ name }) => name)).toEqual(['temporal', 'labels']);
  });

  it('a label value longer than any name is a payload and no evidence', () => {
    const { tell } = bench({});
    const host = 'x'.repeat(129);
    const first = tell(on(host, { name: 'PortScan' }));
    expect(tell(on(host, { name: 'LoginFailed', from: 1 })).incident?.id).toBe(first.incident?.id);
    const short = bench({ serviceLabels: ['app'] });
    const opener = short.tell(on(host, { name: 'PortScan' }));
    expect(short.tell(on(host, { name: 'LoginFailed', from: 1 })).incident?.id).not.toBe(opener.incident?.id);
  });
});

describe('caps', () => {
  it('a full incident is followed by a new one that takes the rest', () => {
    const { tell, reasons } = bench({ maxMembers: 3 });
    const ids = [0, 1, 2, 3, 4, 5].map(
      (n) => tell(on('web1', { name: `Trouble${n}x`, from: n * secondMs })).incident?.id,
    );
    expect(new Set(ids.slice(0, 3)).size).toBe(1);
    expect(new Set(ids.slice(3)).size).toBe(1);
    expect(ids[3]).not.toBe(ids[0]);
    expect(reasons()).toEqual(['opened', 'joined', 'joined', 'member-cap', 'joined', 'joined']);
  });

  it('an incident past its age takes no new members', () => {
    const { tell, end, reasons } = bench({ maxAgeMs: hourMs });
    const flapping = (from: number) => on('web1', { name: 'Flap', from });
    const ids: (string | undefined)[] = [];
    for (let n = 0; n < 8; n += 1) {
      const alert = flapping(n * 10 * minuteMs);
      ids.push(tell(alert).incident?.id);
      end(alert, n * 10 * minuteMs + minuteMs);
    }
    expect(new Set(ids.slice(0, 7)).size).toBe(1);
    expect(ids[7]).not.toBe(ids[0]);
    expect(reasons().at(-1)).toBe('age-cap');
  });
});
