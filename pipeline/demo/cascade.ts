import type { Severity } from '../../schemas/alert.ts';
import type { Random } from './random.ts';
import type { Condition, TrueIncident } from './story.ts';
import { dependents, type Service, serviceNamed } from './world.ts';

type Symptom = readonly [name: string, severity: Severity, summary: string, base: number];

const rootSymptoms: Readonly<Record<Service['kind'], readonly [Symptom, ...Symptom[]]>> = {
  database: [
    ['DiskFull', 'critical', 'data volume is 98 % full', 98],
    ['ConnectionsExhausted', 'critical', 'no free connection in the pool', 500],
    ['ReplicationBroken', 'critical', 'the replica does not follow', 900],
  ],
  queue: [
    ['QueueStalled', 'critical', 'consumers make no progress', 120_000],
    ['BrokerDown', 'critical', 'a broker left the cluster', 1],
  ],
  cache: [['CacheDown', 'critical', 'the cache refuses connections', 1]],
  app: [
    ['OutOfMemory', 'critical', 'killed by the kernel for its memory', 2_048],
    ['CrashLooping', 'critical', 'restarts again and again', 12],
  ],
  edge: [['CertificateExpired', 'critical', 'the certificate has expired', 0]],
};

const downstreamSymptoms: readonly [Symptom, ...Symptom[]] = [
  ['ErrorRateHigh', 'high', 'more than 5 % of requests fail', 17],
  ['LatencyHigh', 'high', 'p99 is above its objective', 2_400],
  ['UpstreamTimeouts', 'medium', 'calls to a dependency time out', 40],
];

/** A failure of one service that spreads to those that need it, hop by hop, and heals in the opposite order. */
export function cascade(incident: TrueIncident, random: Random): readonly Condition[] {
  const root = serviceNamed(incident.rootService);
  const symptom = random.pick(rootSymptoms[root.kind]);
  // Databases and queues fail on one machine first; detection of the cause may lag its first symptoms.
  const own = root.hosts
    .slice(0, random.int(1, root.hosts.length))
    .map((host) => conditionOf(symptom, root, { incident, host, delayMs: random.int(0, 20_000), random }));
  const others = [...dependents(root.name)].flatMap(([name, hops]) =>
    random.chance(0.9) ? spread(serviceNamed(name), hops, { incident, random }) : [],
  );
  return [...own, ...others];
}

interface Place {
  readonly incident: TrueIncident;
  readonly random: Random;
}

function spread(service: Service, hops: number, { incident, random }: Place): readonly Condition[] {
  const count = random.int(1, downstreamSymptoms.length);
  const delayMs = hops * random.int(8_000, 25_000);
  return downstreamSymptoms
    .slice(0, count)
    .flatMap((symptom) =>
      service.hosts
        .filter(() => random.chance(0.85))
        .map((host) =>
          conditionOf(symptom, service, { incident, host, delayMs: delayMs + random.int(0, 10_000), random }),
        ),
    );
}

interface Placed extends Place {
  readonly host: string;
  readonly delayMs: number;
}

function conditionOf(symptom: Symptom, service: Service, placed: Placed): Condition {
  const [name, severity, summary, base] = symptom;
  const { incident, host, delayMs, random } = placed;
  return {
    name,
    severity,
    service,
    host,
    summary: `${service.name}: ${summary}`,
    from: incident.from + delayMs,
    to: incident.to + random.int(0, 30_000),
    everyMs: random.int(5, 15) * 1_000,
    value: { base, spread: base / 10 },
    incident: incident.number,
  };
}
