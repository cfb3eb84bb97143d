import type { Severity } from '../../schemas/alert.ts';
import type { Random } from './random.ts';
import type { Condition } from './story.ts';
import { type Service, services } from './world.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Things that page people today and should not: they pass by themselves, or they never mattered. */
export function noise(span: Span, random: Random): readonly Condition[] {
  const minutes = (span.to - span.from) / 60_000;
  return [
    ...many(Math.round(minutes / 2), () => blip(span, random)),
    ...many(Math.round(minutes / 3), () => chatter(span, random)),
    ...many(Math.round(minutes / 10), () => restart(span, random)).flat(),
    ...many(Math.max(1, Math.round(minutes / 30)), () => flap(span, random)).flat(),
  ];
}

function many<T>(count: number, make: () => T): readonly T[] {
  return Array.from({ length: count }, make);
}

/** A condition that heals itself within a minute; most are harmless by their own account, some cry wolf. */
function blip(span: Span, random: Random): Condition {
  const from = random.int(span.from, span.to);
  const names = ['CpuHigh', 'ProbeFailed', 'GcPauseLong'] as const;
  const severity = random.chance(0.03) ? 'high' : random.chance(0.25) ? 'medium' : 'low';
  const to = from + random.int(5_000, 50_000);
  return conditionOf(placeOf(random), { name: random.pick(names), severity, from, to, everyMs: 15_000 });
}

/** A rolling restart: the probe of one host after the other fails for a moment. */
function restart(span: Span, random: Random): readonly Condition[] {
  const { service } = placeOf(random);
  const shape = { name: 'ProbeFailed', severity: 'low', everyMs: 10_000 } as const;
  let at = random.int(span.from, span.to);
  return service.hosts.map((host) => {
    const from = at;
    at += random.int(15_000, 40_000);
    return conditionOf({ service, host }, { ...shape, from, to: from + random.int(8_000, 25_000) });
  });
}

/** Something that is reported because somebody once switched it on. */
function chatter(span: Span, random: Random): Condition {
  const from = random.int(span.from, span.to);
  const names = ['BackupStarted', 'DeployFinished', 'CertificateExpiresIn30Days'] as const;
  return conditionOf(placeOf(random), {
    name: random.pick(names),
    severity: 'info',
    from,
    to: from + 1_000,
    everyMs: 60_000,
  });
}

/** One check that goes on and off for half an hour. */
function flap(span: Span, random: Random): readonly Condition[] {
  const place = placeOf(random);
  const conditions: Condition[] = [];
  let at = random.int(span.from, Math.max(span.from, span.to - 1_800_000));
  const end = at + 1_800_000;
  while (at < end) {
    const to = at + random.int(15_000, 40_000);
    conditions.push(
      conditionOf(place, { name: 'LinkUnstable', severity: 'medium', from: at, to, everyMs: 10_000 }),
    );
    at = to + random.int(15_000, 60_000);
  }
  return conditions;
}

interface Place {
  readonly service: Service;
  readonly host: string;
}

function placeOf(random: Random): Place {
  const [first, ...rest] = services;
  if (first === undefined) throw new RangeError('the demo has no services');
  const service = random.pick([first, ...rest]);
  const host = service.hosts[random.int(0, service.hosts.length - 1)] ?? service.name;
  return { service, host };
}

interface Shape extends Span {
  readonly name: string;
  readonly severity: Severity;
  readonly everyMs: number;
}

function conditionOf({ service, host }: Place, shape: Shape): Condition {
  return {
    ...shape,
    service,
    host,
    summary: `${service.name}: ${shape.name} on ${host}`,
    value: null,
    incident: null,
  };
}
