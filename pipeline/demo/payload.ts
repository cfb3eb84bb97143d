import type { RawAlert, Status } from '../../schemas/alert.ts';
import { codecs } from '../../schemas/avro/index.ts';
import type { Condition } from './story.ts';

/** One report of a condition at a time. */
export interface Report {
  readonly condition: Condition;
  readonly at: number;
  readonly status: Status;
  readonly value: number | null;
}

/** Id of the raw alert's schema: the first one that the embedded registry is given. */
const rawSchemaId = 1;

/** The bytes a producer would send: each team has its own tool, as in life. */
export function payloadOf(report: Report): Uint8Array {
  switch (report.condition.service.team) {
    case 'analytics':
    case 'finance':
      return codecs.raw.encodeFramed(rawSchemaId, rawAlert(report));
    case 'media':
    case 'storage':
    case 'growth':
      return Buffer.from(JSON.stringify(rawAlert(report)));
    default:
      return Buffer.from(JSON.stringify(webhook(report)));
  }
}

function rawAlert({ condition, at, status, value }: Report): RawAlert {
  const { service, host, name, severity, summary } = condition;
  return {
    tenant: 'acme',
    source: 'healthd',
    name,
    severity,
    labels: { host, service: service.name },
    annotations: { summary },
    generatorUrl: '',
    status,
    observedAt: at,
    startsAt: null,
    endsAt: null,
    value,
    id: '',
  };
}

/** Alertmanager's webhook, version 4 (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). */
function webhook({ condition, at, status, value }: Report) {
  const { service, host, name, severity, summary } = condition;
  const labels = { alertname: name, severity, service: service.name, host };
  const alert = {
    status,
    labels,
    annotations: { summary, ...(value !== null && { value: String(value) }) },
    startsAt: new Date(condition.from).toISOString(),
    endsAt: status === 'resolved' ? new Date(at).toISOString() : '0001-01-01T00:00:00Z',
    generatorURL: `http://prometheus.example/graph?alert=${name}`,
    fingerprint: '',
  };
  return {
    version: '4',
    groupKey: `{}:{alertname="${name}"}`,
    truncatedAlerts: 0,
    status,
    receiver: 'tocsin',
    groupLabels: { alertname: name },
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example',
    alerts: [alert],
  };
}

/** Records that no worker can use, one of each kind. */
export const poison: readonly Uint8Array[] = [
  Buffer.from('{"name": "cut off in the mid'),
  Buffer.from([0, 0, 0, 0, 99, 2, 4, 6]),
  Buffer.from([0, 0, 0, 0, 1, 2]),
  Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  Buffer.from('{"source":"cron","name":"SecondsNotMillis","observedAt":1700000000}'),
  Buffer.from('{"colour":"blue"}'),
];
