import fc from 'fast-check';
import type { RelateEvent } from '../../operators/events.ts';
import { type EnrichedAlert, severities } from '../../schemas/alert.ts';
import { incidentIdOf } from '../../schemas/identity.ts';
import { alertOf, control, minuteMs, secondMs, t0, telling } from '../operators/correlate/tellings.ts';

export interface Sent {
  /** Milliseconds since t0, ascending. */
  readonly at: number;
  readonly event: RelateEvent;
}

const act = fc.record({
  waitMs: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 90 * secondMs }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 12 * minuteMs }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 90 * minuteMs }) },
  ),
  kind: fc.constantFrom(
    'first',
    'first',
    'first',
    'end',
    'end',
    'final',
    'update',
    'reminder',
    'late',
    'merged',
    'ack',
    'withdraw',
  ),
  which: fc.nat(1000),
  other: fc.nat(1000),
  tenant: fc.constantFrom('acme', 'umbra'),
  service: fc.constantFrom('edge', 'api', 'db', 'mail', ''),
  name: fc.constantFrom('DiskFull', 'ErrorsHigh', 'LoginFailed'),
  host: fc.constantFrom('h1', 'h2', 'h3', ''),
  severity: fc.constantFrom(...severities),
});

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** Any stream of tellings and controls, valid or not: ends of the unknown, merges into nothing, stale summaries. */
export const streams = fc.array(act, { minLength: 1, maxLength: 60 }).map(toStream);

export const edges = [
  { from: 'edge', to: 'api' },
  { from: 'api', to: 'db' },
];

function toStream(acts: readonly Act[]): readonly Sent[] {
  const known: EnrichedAlert[] = [];
  let at = 0;
  return acts.map((one) => {
    at += one.waitMs;
    return { at, event: eventOf(one, at, known) };
  });
}

function eventOf(one: Act, at: number, known: EnrichedAlert[]): RelateEvent {
  const { tenant, service, name, severity, kind } = one;
  const some = known[one.which % Math.max(1, known.length)];
  if (kind === 'first' || kind === 'late' || some === undefined) {
    const labels: Record<string, string> = one.host === '' ? {} : { host: one.host };
    const isLate = kind === 'late';
    const from = isLate ? Math.max(0, at - 20 * minuteMs) : at;
    const alert = alertOf({
      tenant,
      service,
      name,
      severity,
      labels,
      from,
      isLate,
      emitReason: isLate ? 'late' : 'first',
    });
    known.push(alert);
    return telling(alert);
  }
  const now = { lastSeen: t0 + at, severity };
  const dated = { id: 'ack', tenant: some.tenant, createdBy: 'ana', comment: '' };
  switch (kind) {
    case 'end':
      return telling({ ...some, ...now, status: 'resolved', emitReason: 'resolved', endsAt: t0 + at });
    case 'final':
      return telling({ ...some, ...now, isFinal: true, emitReason: 'final' });
    case 'merged': {
      const into = known[one.other % known.length] ?? some;
      return telling({
        ...some,
        ...now,
        emitReason: 'merged',
        mergedInto: into.tenant === some.tenant ? into.occurrence : some.occurrence,
      });
    }
    case 'ack':
      return control({
        ...dated,
        kind: 'acknowledgement',
        incidentId: incidentIdOf(some.tenant, some.occurrence),
        generation: 1,
      });
    case 'withdraw':
      return control({ ...dated, kind: 'withdrawal' });
    default:
      return telling({ ...some, ...now, emitReason: kind });
  }
}
