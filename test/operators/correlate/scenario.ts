import type { RelateEvent } from '../../../operators/events.ts';
import type { EnrichedAlert, Severity } from '../../../schemas/alert.ts';
import { alertOf, minuteMs, resolved, secondMs, t0, telling } from './tellings.ts';

/** mulberry32: small, seeded, the same on every machine. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Edge {
  readonly from: string;
  readonly to: string;
}

/** Three product lines under one edge, each with its own databases, and an auth service that everything uses. */
export const shopEdges: readonly Edge[] = [
  ...['shop', 'search', 'account'].flatMap((line) => [
    { from: 'edge', to: `${line}-api` },
    { from: `${line}-api`, to: `${line}-core` },
    { from: `${line}-api`, to: `${line}-cache` },
    { from: `${line}-core`, to: `${line}-db` },
    { from: `${line}-core`, to: `${line}-queue` },
    { from: `${line}-worker`, to: `${line}-queue` },
    { from: `${line}-worker`, to: `${line}-db` },
    ...['api', 'core', 'worker'].map((part) => ({ from: `${line}-${part}`, to: 'auth' })),
  ]),
];

export interface Scenario {
  /** Tellings with the time they are told, in order. */
  readonly stream: readonly { readonly at: number; readonly event: RelateEvent }[];
  /** True group of each occurrence: the cascade, or a group of its own. */
  readonly truth: ReadonlyMap<string, string>;
  /** Fingerprint of the root alert per cascade. */
  readonly roots: ReadonlyMap<string, string>;
}

const rootTroubles = ['DiskFull', 'OutOfMemory', 'CrashLoop', 'DeadlockDetected'];
const symptomTroubles = ['HighLatency', 'ErrorRateHigh', 'TimeoutsRising', 'QueueGrowing'];
const noiseTroubles = ['CpuSpike', 'CertificateExpiring', 'BackupSlow', 'GarbageCollection', 'LogVolume'];

export interface Shape {
  readonly cascades: number;
  /** Mean time between background alerts. */
  readonly noiseEveryMs: number;
  readonly hours: number;
  /** Stretches the delays inside a cascade; 1 by default. */
  readonly slowness?: number;
  /** Whether alerts say no more than their service. */
  readonly isBare?: boolean;
}

/** Cascades along the graph, half an hour and more apart, among background noise on all services. */
export function scenario(seed: number, shape: Shape): Scenario {
  const { cascades, noiseEveryMs, hours, slowness = 1, isBare = false } = shape;
  const random = randomOf(seed);
  const services = [...new Set(shopEdges.flatMap(({ from, to }) => [from, to]))].sort();
  const truth = new Map<string, string>();
  const roots = new Map<string, string>();
  const stream: { at: number; event: RelateEvent }[] = [];
  const say = (alert: EnrichedAlert, group: string, lengthMs: number) => {
    const from = alert.firstSeen - t0;
    truth.set(alert.occurrence, group);
    stream.push({ at: from, event: telling(alert) });
    stream.push({ at: from + lengthMs, event: telling(resolved(alert, from + lengthMs)) });
  };
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  for (let n = 0; n < cascades; n += 1) {
    const begin = ((n + 0.2 + random() * 0.3) * hours * 60 * minuteMs) / cascades;
    const root = pick(services.filter((service) => /db|queue|cache|core/.test(service)));
    const lengthMs = (8 + random() * 20) * minuteMs;
    for (const { service, hops } of victims(root, random)) {
      const isRoot = service === root;
      const delayMs = isRoot ? random() * 25 * secondMs : hops * (5 + random() * 25) * secondMs;
      const names = new Set([pick(isRoot ? rootTroubles : symptomTroubles)]);
      while (random() < 0.5) names.add(pick(symptomTroubles));
      for (const [k, name] of [...names].entries()) {
        const alert = say2(service, {
          isBare,
          from: Math.round(begin + slowness * (delayMs + k * random() * 40 * secondMs)),
          name,
          severity: isRoot && k === 0 ? 'critical' : pick(['high', 'medium', 'critical'] as const),
          host: `${service}-${Math.floor(random() * 3)}`,
        });
        if (isRoot && k === 0) roots.set(`cascade ${n}`, alert.fingerprint);
        say(alert, `cascade ${n}`, Math.round(lengthMs + random() * minuteMs));
      }
    }
  }
  for (let at = -Math.log(1 - random()) * noiseEveryMs; at < hours * 60 * minuteMs; ) {
    const service = pick(services);
    const host = `${service}-${Math.floor(random() * 3)}`;
    const severity = pick(['low', 'medium', 'info'] as const);
    const alert = say2(service, { isBare, from: Math.round(at), name: pick(noiseTroubles), severity, host });
    if (!truth.has(alert.occurrence)) say(alert, alert.occurrence, Math.round((1 + random() * 4) * minuteMs));
    at += -Math.log(1 - random()) * noiseEveryMs;
  }
  stream.sort((a, b) => a.at - b.at);
  return { stream, truth, roots };
}

function say2(
  service: string,
  {
    from,
    name,
    severity,
    host,
    isBare,
  }: { from: number; name: string; severity: Severity; host: string; isBare: boolean },
): EnrichedAlert {
  if (isBare) return alertOf({ from, name, severity, service, labels: { host } });
  const labels = { host, cluster: 'prod-1', namespace: service.split('-')[0] ?? '' };
  return alertOf({ from, name, severity, service, labels, annotations: { summary: `${name} on ${host}` } });
}

/** The root and what suffers with it: most of what depends on it, through what suffers. */
function victims(root: string, random: () => number): readonly { service: string; hops: number }[] {
  const hit = new Map([[root, 0]]);
  for (let front = [root]; front.length > 0; ) {
    const next: string[] = [];
    for (const service of front) {
      for (const { from } of shopEdges.filter(({ to }) => to === service)) {
        if (hit.has(from) || random() > 0.85) continue;
        hit.set(from, (hit.get(service) ?? 0) + 1);
        next.push(from);
      }
    }
    front = next;
  }
  return [...hit].map(([service, hops]) => ({ service, hops }));
}

export interface Quality {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Agreement of two groupings on all pairs: a pair counts as found when both put it together. */
export function pairwise(truth: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): Quality {
  let both = 0;
  let inTruth = 0;
  let inFound = 0;
  const items = [...truth.keys()];
  for (const [at, a] of items.entries()) {
    for (const b of items.slice(at + 1)) {
      const isTrue = truth.get(a) === truth.get(b);
      const isFound = found.get(a) !== undefined && found.get(a) === found.get(b);
      if (isTrue) inTruth += 1;
      if (isFound) inFound += 1;
      if (isTrue && isFound) both += 1;
    }
  }
  const precision = inFound === 0 ? 1 : both / inFound;
  const recall = inTruth === 0 ? 1 : both / inTruth;
  return { precision, recall, f1: both === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}
