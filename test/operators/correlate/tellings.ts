import type { CorrelateConfig } from '../../../operators/correlate/index.ts';
import { correlate } from '../../../operators/correlate/index.ts';
import type { RelateEvent, Telling } from '../../../operators/events.ts';
import { unstamped } from '../../../operators/events.ts';
import type { EnrichedAlert } from '../../../schemas/alert.ts';
import type { Control } from '../../../schemas/control.ts';
import { fingerprintOf, hash64, occurrenceIdOf } from '../../../schemas/identity.ts';
import type { Incident } from '../../../schemas/incident.ts';
import type { ControlCopy } from '../../../schemas/reduced.ts';
import { type Driven, drive } from '../../support/operator-host.ts';

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;

/** An arbitrary start on a window border, so that windows in tests are easy to count. */
export const t0 = Date.UTC(2024, 5, 3, 9);

type Parts = Partial<Omit<EnrichedAlert, 'startsAt' | 'occurrence' | 'fingerprint'>> & {
  /** Start in milliseconds since `t0`. */
  readonly from?: number;
};

/** An alert with a fingerprint from tenant, name, labels and service, and an occurrence from its start. */
export function alertOf({ from = 0, ...parts }: Parts = {}): EnrichedAlert {
  const { tenant = 'acme', name = 'Trouble', labels = {}, service = '' } = parts;
  const start = t0 + from;
  const fingerprint = fingerprintOf([tenant, name, service, ...Object.entries(labels).sort().flat()]);
  const occurrence = occurrenceIdOf(fingerprint, start);
  const emitReason = parts.emitReason ?? 'first';
  return {
    tenant,
    source: 'test',
    name,
    severity: 'high',
    labels,
    annotations: {},
    generatorUrl: '',
    status: 'firing',
    startsAt: start,
    endsAt: null,
    observedAt: start,
    value: null,
    id: hash64([occurrence, emitReason]),
    sourceId: '',
    fingerprint,
    fingerprintRule: 'default',
    contentHash: hash64([name]),
    occurrence,
    mergedInto: null,
    firstSeen: start,
    lastSeen: start,
    count: 1,
    isLate: false,
    isFinal: false,
    valueStats: null,
    emitReason,
    incident: null,
    score: null,
    owner: '',
    service,
    runbookUrl: '',
    suppression: null,
    origin: unstamped,
    ...parts,
  };
}

export function telling(alert: EnrichedAlert): Telling {
  return { kind: 'telling', alert, cause: null };
}

export function resolved(alert: EnrichedAlert, endsAt: number): EnrichedAlert {
  return { ...alert, status: 'resolved', endsAt: t0 + endsAt, lastSeen: t0 + endsAt, emitReason: 'resolved' };
}

export function control(value: Control): ControlCopy {
  return { kind: 'control', index: 0, control: value };
}

export interface Bench {
  readonly driven: Driven<RelateEvent>;
  /** Tells an alert at its start (or `at` ms after t0) and returns it as it was passed on. */
  tell(alert: EnrichedAlert, at?: number): EnrichedAlert;
  /** Tells that it is over, `at` ms after t0. */
  end(alert: EnrichedAlert, at: number): EnrichedAlert;
  send(event: RelateEvent, at: number): void;
  /** Moves the clock to `at` ms after t0. */
  advance(at: number): void;
  /** All incidents as last published, by first publication. */
  incidents(): Incident[];
  published(): Incident[];
  reasons(): string[];
  restart(): Bench;
}

export type PartialConfig = { readonly [K in keyof CorrelateConfig]?: unknown };

export function bench(config: PartialConfig = {}): Bench {
  return benchOn(drive(correlate, config));
}

function benchOn(driven: Driven<RelateEvent>): Bench {
  // As without a backlog: everything up to now has arrived.
  const advance = (at: number) => driven.advance({ at: t0 + at, complete: t0 + at });
  const tell = (alert: EnrichedAlert, at?: number) => {
    const before = driven.events.length;
    advance(at === undefined ? alert.firstSeen - t0 : at);
    driven.send(telling(alert));
    const passed = driven.events.slice(before).find((event) => event.kind === 'telling');
    if (passed === undefined) throw new Error('the telling did not pass');
    return passed.alert;
  };
  const published = () =>
    driven.events.flatMap((event) => (event.kind === 'incident' ? [event.incident] : []));
  return {
    driven,
    tell,
    end: (alert, at) => tell(resolved(alert, at), at),
    send: (event, at) => {
      advance(at);
      driven.send(event);
    },
    advance,
    incidents: () => [...new Map(published().map((incident) => [incident.id, incident])).values()],
    published,
    reasons: () => driven.decisions.map((decision) => decision.reason),
    restart: () => benchOn(driven.restart()),
  };
}
