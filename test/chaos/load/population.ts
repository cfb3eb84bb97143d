import type { Random } from '../../../pipeline/demo/random.ts';
import type { Head, Severity } from '../../../schemas/alert.ts';

/** A service with the alerts that its troubles are made of. */
export interface Service {
  readonly tenant: string;
  readonly name: string;
  readonly heads: readonly Head[];
}

const tenants = 8;
const servicesPerTenant = 125;
const names = [
  ...['HighLatency', 'ErrorRate', 'DiskFull', 'QueueGrows', 'Restarting'],
  ...['CpuHot', 'MemoryLow', 'CertExpires', 'ProbeFails', 'ClockDrifts'],
] as const;
const severities: readonly [Severity, ...Severity[]] = ['critical', 'high', 'high', 'medium', 'low'];

/**
 * 8 tenants, 1,000 services on a host each, 10,000 fingerprints. Services share nothing, so that what belongs together is
 * beyond doubt: whatever two runs disagree about is theirs.
 */
export function populationOf(random: Random): readonly Service[] {
  return Array.from({ length: tenants * servicesPerTenant }, (_, i) => {
    const tenant = `tenant-${i % tenants}`;
    const name = `service-${i}`;
    const heads = names.map((alert) => headOf({ tenant, name, host: `host-${i}`, alert }, random));
    return { tenant, name, heads };
  });
}

interface Described {
  readonly tenant: string;
  readonly name: string;
  readonly host: string;
  readonly alert: string;
}

function headOf({ tenant, name, host, alert }: Described, random: Random): Head {
  return {
    tenant,
    source: 'chaos',
    name: alert,
    severity: random.pick(severities),
    labels: { host, service: name },
    annotations: { summary: `${alert} on ${host}` },
    generatorUrl: '',
  };
}
