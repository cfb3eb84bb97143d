import { describe, expect, it } from 'vitest';
import { normalizeOne, onlyAlert, onlyError, recordAt } from '../../support/raw-records.ts';

const minuteMs = 60_000;
const iso = (at: number): string => new Date(at).toISOString();

function posted(overrides: object = {}): object {
  return {
    labels: { alertname: 'KubePodCrashLooping', severity: 'warning', namespace: 'shop' },
    annotations: { summary: 'Pod is crash looping' },
    startsAt: '2024-06-01T11:00:00.123456789Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus/graph?g0.expr=x',
    ...overrides,
  };
}

const webhook = (alerts: readonly unknown[], overrides: object = {}): object => ({
  version: '4',
  groupKey: '{}:{alertname="KubePodCrashLooping"}',
  status: 'firing',
  receiver: 'tocsin',
  groupLabels: { alertname: 'KubePodCrashLooping' },
  commonLabels: {},
  commonAnnotations: {},
  externalURL: 'http://alertmanager',
  truncatedAlerts: 0,
  alerts,
  ...overrides,
});

describe('an Alertmanager webhook', () => {
  it('is read alert by alert', () => {
    expect(onlyAlert(webhook([posted({ status: 'firing', fingerprint: 'c0ffee' })]))).toEqual({
      tenant: 'default',
      source: 'alertmanager',
      name: 'KubePodCrashLooping',
      severity: 'medium',
      labels: { alertname: 'KubePodCrashLooping', severity: 'warning', namespace: 'shop' },
      annotations: {
        summary: 'Pod is crash looping',
        'alertmanager.fingerprint': 'c0ffee',
        'alertmanager.receiver': 'tocsin',
        'alertmanager.externalURL': 'http://alertmanager',
        'alertmanager.groupKey': '{}:{alertname="KubePodCrashLooping"}',
      },
      generatorUrl: 'http://prometheus/graph?g0.expr=x',
      status: 'firing',
      observedAt: null,
      startsAt: Date.UTC(2024, 5, 1, 11, 0, 0, 123),
      endsAt: null,
      value: null,
      id: '',
      ending: 'explicit',
    });
  });

  it('has a status per alert', () => {
    const resolved = posted({ status: 'resolved', endsAt: '2024-06-01T11:30:00Z' });
    const { observations } = normalizeOne(webhook([posted({ status: 'firing' }), resolved]));
    expect(observations.map(({ tail, place }) => [place.n, tail.status, tail.endsAt])).toEqual([
      [0, 'firing', null],
      [1, 'resolved', Date.UTC(2024, 5, 1, 11, 30)],
    ]);
  });

  it('does not end a firing alert, whatever end it guesses', () => {
    const alert = onlyAlert(webhook([posted({ status: 'firing', endsAt: iso(recordAt + minuteMs) })]));
    expect([alert.status, alert.endsAt]).toEqual(['firing', null]);
  });

  it.each([
    ['without alerts', webhook([]), 'record.empty: the webhook has no alerts'],
    [
      'of another version',
      webhook([posted()], { version: '5' }),
      'record.unknown-shape: webhook version "5"; only \'4\' is known',
    ],
    [
      'with an alert that is a number',
      webhook([5]),
      'record.invalid-field: alerts[0]: expected an object, got 5',
    ],
    [
      'with an alert without a name',
      webhook([posted({ labels: { a: 'b' } })]),
      'record.invalid-field: alerts[0].labels.alertname',
    ],
    [
      'with an alert without labels',
      webhook([{ status: 'firing' }]),
      'record.invalid-field: alerts[0].labels.alertname',
    ],
    [
      'with a status of its own',
      webhook([posted({ status: 'pending' })]),
      'record.invalid-field: alerts[0].status',
    ],
    [
      'with a start in seconds',
      webhook([posted({ startsAt: 1_717_239_600 })]),
      'record.invalid-time: alerts[0].startsAt: 1717239600 looks like seconds',
    ],
  ])('%s is a dead letter', (_, value, error) => {
    expect(onlyError(value)).toContain(error);
  });

  it('loses only its bad alerts', () => {
    const { events } = normalizeOne(webhook([posted(), null, posted({ labels: {} }), posted()]));
    expect(events.map(({ kind }) => kind)).toEqual([
      'observation',
      'dead-letter',
      'dead-letter',
      'observation',
    ]);
  });
});

describe('an alert of API v2', () => {
  it.each([
    ['without an end fires', undefined, 'firing', null],
    ['with an unset end fires', '0001-01-01T00:00:00Z', 'firing', null],
    ['with an end to come fires until then', iso(recordAt + minuteMs), 'firing', recordAt + minuteMs],
    ['with an end in the past is resolved', iso(recordAt - minuteMs), 'resolved', recordAt - minuteMs],
    ['that ends at the time of the record is resolved', iso(recordAt), 'resolved', recordAt],
  ])('%s', (_, endsAt, status, end) => {
    const alert = onlyAlert([posted({ endsAt })]);
    expect([alert.status, alert.endsAt, alert.ending]).toEqual([status, end, 'timeout']);
  });

  it('may come as a list of many', () => {
    const { observations } = normalizeOne([posted(), posted({ labels: { alertname: 'Other' } })]);
    expect(observations.map(({ head }) => head.name)).toEqual(['KubePodCrashLooping', 'Other']);
  });

  it('as listed has more to tell', () => {
    const listed = posted({
      fingerprint: 'c0ffee',
      receivers: [{ name: 'tocsin' }],
      status: { state: 'suppressed', silencedBy: ['s1'], inhibitedBy: [] },
      updatedAt: '2024-06-01T11:59:00Z',
    });
    const alert = onlyAlert([listed]);
    expect(alert.observedAt).toBe(recordAt - minuteMs);
    expect(alert.annotations).toEqual({
      summary: 'Pod is crash looping',
      'alertmanager.fingerprint': 'c0ffee',
      'alertmanager.receivers.0.name': 'tocsin',
      'alertmanager.status.state': 'suppressed',
      'alertmanager.status.silencedBy.0': 's1',
    });
  });

  it('whose severity nobody knows keeps the word', () => {
    const alert = onlyAlert([posted({ labels: { alertname: 'A', severity: 'purple' } })]);
    expect([alert.severity, alert.annotations['severity.original']]).toEqual(['unknown', 'purple']);
  });

  it('without the label alertname is a dead letter', () => {
    expect(onlyError([posted({ labels: { severity: 'info' } })])).toContain(
      'labels.alertname: an alert needs a name',
    );
  });
});
