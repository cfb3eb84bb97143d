import { randomOf } from '../../pipeline/demo/random.ts';
import type { Head, RawAlert, Severity } from '../../schemas/alert.ts';
import { codecs } from '../../schemas/avro/index.ts';

export const formats = ['avro', 'json'] as const;
export type Format = (typeof formats)[number];

/** Window of the plain dedupe that all peers do: the first of an identity in a window passes, the rest does not. */
export const windowMs = 300_000;

export interface WorkloadOptions {
  readonly seed: number;
  readonly alerts: number;
  /** Identities that alerts are drawn from at a time, evenly. */
  readonly live: number;
  /** After so many alerts the oldest identity gives way to a new one; null: they stay. */
  readonly alertsPerNewcomer: number | null;
  readonly msPerAlert: number;
  /** Time of the first alert, the start of a window. */
  readonly startsAt: number;
}

/** One alert of the load. */
export interface Drawn {
  readonly at: number;
  readonly alert: RawAlert;
}

const names = [
  ...['HighLatency', 'ErrorRate', 'DiskFull', 'QueueGrows', 'Restarting'],
  ...['CpuHot', 'MemoryLow', 'CertExpires', 'ProbeFails', 'ClockDrifts'],
] as const;
const severities: readonly [Severity, ...Severity[]] = ['critical', 'high', 'high', 'medium', 'low'];
const tenants = 8;
/** Share of the alerts that carry a value. */
const valueShare = 0.3;

/** A seeded load, whose times lie in the past and go on steadily: a backlog, as an outage leaves it. */
export class Workload {
  readonly #options: WorkloadOptions;

  constructor(options: WorkloadOptions) {
    this.#options = options;
  }

  /** The alerts in order; the same ones each time. */
  *draw(): Generator<Drawn> {
    const { seed, alerts, startsAt, live, alertsPerNewcomer, msPerAlert } = this.#options;
    const random = randomOf(seed);
    for (let index = 0; index < alerts; index += 1) {
      const gone = alertsPerNewcomer === null ? 0 : Math.floor(index / alertsPerNewcomer);
      const head = headOf(gone + random.int(0, live - 1));
      const at = startsAt + Math.floor(index * msPerAlert);
      const value = random.chance(valueShare) ? random.int(0, 10_000) / 100 : null;
      yield { at, alert: alertOf(head, { at, value, id: index.toString(36) }) };
    }
  }
}

/** Flat, as docs/performance.md says. */
export function alertOf(
  head: Head,
  tail: { readonly at: number; readonly value: number | null; readonly id: string },
): RawAlert {
  return {
    tenant: head.tenant,
    source: head.source,
    name: head.name,
    severity: head.severity,
    labels: head.labels,
    annotations: head.annotations,
    generatorUrl: head.generatorUrl,
    status: 'firing',
    observedAt: tail.at,
    startsAt: null,
    endsAt: null,
    value: tail.value,
    id: tail.id,
  };
}

/** Ten alerts to a service, on a host of its own; labels are sorted, as producers should write them. */
export function headOf(id: number): Head {
  const service = Math.floor(id / names.length);
  const name = names[id % names.length] ?? names[0];
  const host = `host-${service}.eu-west-1.example.net`;
  return {
    tenant: `tenant-${service % tenants}`,
    source: 'prometheus',
    name,
    severity: severities[service % severities.length] ?? severities[0],
    labels: {
      cluster: `prod-${service % 12}`,
      host,
      job: 'node-exporter',
      namespace: `team-${service % 40}`,
      region: 'eu-west-1',
      service: `service-${service}`,
    },
    annotations: { summary: `${name} on ${host}, firing` },
    generatorUrl: `https://prometheus.example.net/graph?g0=${name}`,
  };
}

/** Name of an identity of this load: no two have the same host and alert name. Keys of records, too. */
export function identityOf({ name, labels }: Pick<Head, 'name' | 'labels'>): string {
  return `${labels['host'] ?? ''}/${name}`;
}

/** How an alert is written onto the wire. */
export type Encode = (alert: RawAlert) => Buffer;

export function encoderOf(format: Format, rawSchema: number): Encode {
  if (format === 'avro') return (alert) => codecs.raw.encodeFramed(rawSchema, alert);
  return (alert) => Buffer.from(JSON.stringify(alert, (_, value) => (value === null ? undefined : value)));
}

export const loadNames = ['steady', 'storm'] as const;
export type LoadName = (typeof loadNames)[number];

/** Older than anything that may still be told of a window. */
const pastMs = 600_000;

/**
 * 20,000 identities at a time, nine of ten alerts are repeats within their window. steady: the same identities all along, in
 * each window ten times. storm: 100,000 alerts a second, so that the ten come within two seconds, and then others.
 */
export function loadOf(name: LoadName, alerts: number, now: number): WorkloadOptions {
  const live = 20_000;
  const repeats = 10;
  const isStorm = name === 'storm';
  const msPerAlert = isStorm ? 0.01 : windowMs / (live * repeats);
  const startsAt = Math.floor((now - alerts * msPerAlert - pastMs) / windowMs) * windowMs;
  return { seed: 1, alerts, live, alertsPerNewcomer: isStorm ? repeats : null, msPerAlert, startsAt };
}
