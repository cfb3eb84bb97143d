import type { Severity } from '../../schemas/alert.ts';
import type { Random } from './random.ts';
import type { Condition, TrueIncident } from './story.ts';
import { dependents, type Service, serviceNamed } from './world.ts';

type Symptom = readonly [name: string, severity: Severity, summary: string, base: number];

const rootSymptoms: Readonly<Record<Service['kind'], readonly [Symptom, ...Symptom[]]>> = {
  database: [
    ['DiskFull', 'critical', 'data volume is 98 % full', 98],
    ['ConnectionsExhausted', 'critical', 'no free connection in the pool', 500],
    ['ReplicationBroken', 'high', 'the replica does not follow', 900],
  ],
  queue: [
    ['QueueStalled', 'high', 'consumers make no progress', 120_000],
    ['BrokerDown', 'critical', 'a broker left the cluster', 1],
  ],
  cache: [['CacheDown', 'critical', 'the cache refuses connections', 1]],
  app: [
    ['OutOfMemory', 'critical', 'killed by the kernel for its memory', 2_048],
    ['CrashLooping', 'high', 'restarts again and again', 12],
  ],
  edge: [['CertificateExpired', 'critical', 'the certificate has expired', 0]],
};

const downstreamSymptoms: readonly [Symptom, ...Symptom[]] = [
  ['ErrorRateHigh', 'high', 'more than 5 % of requests fail', 17],
  ['LatencyHigh', 'high', 'p99 is above its objective', 2_400],
  ['UpstreamTimeouts', 'medium', 'calls to a dependency time out', 40],
];

/** Share of services that cope with the failure of what they need, and so shield those that need them. */
const copes = 0.1;
/** Share of services that suffer and pass it on while no rule of theirs sees it. */
const unwatched = 0.07;
/** Share of causes that are seen by a slow check only: by then their symptoms have long been reported. */
const slowlyDetected = 0.3;

interface Telling {
  readonly incident: TrueIncident;
  readonly random: Random;
}

/** A failure of one service that spreads to those that need it, hop by hop, and heals in the opposite order. */
export function cascade(incident: TrueIncident, random: Random): readonly Condition[] {
  const telling = { incident, random };
  const hit = new Set([incident.rootService]);
  const symptoms: Condition[] = [];
  // In the order of hops, so that whatever a service needs was decided before it.
  for (const [name, hops] of dependents(incident.rootService)) {
    const service = serviceNamed(name);
    if (!service.needs.some((need) => hit.has(need)) || random.chance(copes)) continue;
    hit.add(name);
    if (!random.chance(unwatched)) symptoms.push(...suffering(service, hops, telling));
  }
  const root = serviceNamed(incident.rootService);
  // What answers requests also counts its own errors; a database or a queue is watched from inside only.
  const own = root.kind === 'app' ? suffering(root, 0, telling) : [];
  return [...failing(root, telling), ...own, ...symptoms];
}

/** What the service that fails reports of itself, from some of its hosts. */
function failing(service: Service, telling: Telling): readonly Condition[] {
  const { random } = telling;
  const symptom = random.pick(rootSymptoms[service.kind]);
  const detectedMs = random.chance(slowlyDetected) ? random.int(30_000, 75_000) : random.int(0, 15_000);
  return service.hosts
    .slice(0, random.int(1, service.hosts.length))
    .map((host) =>
      conditionOf(symptom, { host, service, delayMs: detectedMs + random.int(0, 10_000) }, telling),
    );
}

/** What a service that needs it reports: several symptoms, from most hosts, some seconds per hop later. */
function suffering(service: Service, hops: number, telling: Telling): readonly Condition[] {
  const { random } = telling;
  const spreadMs = hops * random.int(8_000, 25_000);
  return downstreamSymptoms
    .slice(0, random.int(1, downstreamSymptoms.length))
    .flatMap((symptom) =>
      service.hosts
        .filter(() => random.chance(0.85))
        .map((host) =>
          conditionOf(symptom, { host, service, delayMs: spreadMs + random.int(0, 10_000) }, telling),
        ),
    );
}

interface Where {
  readonly service: Service;
  readonly host: string;
  /** Since the failure began. */
  readonly delayMs: number;
}

function conditionOf(symptom: Symptom, where: Where, { incident, random }: Telling): Condition {
  const [name, severity, summary, base] = symptom;
  const { service, host, delayMs } = where;
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
