import { combine, fold } from '../../operators/dedupe/index.ts';
import type { Identified, Output, ReduceEvent, RelateEvent, Tally, Telling } from '../../operators/events.ts';
import type { Ending, EnrichedAlert, Severity, Status } from '../../schemas/alert.ts';
import { packSubject } from '../../schemas/avro/index.ts';
import { fingerprintOf, hash64 } from '../../schemas/identity.ts';
import type { LateAlert, Partial } from '../../schemas/reduced.ts';
import { type Driven, drive, type StatedDecision } from './operator-host.ts';

/** Noon on a day, far from the edges of cells and days unless a test goes there. Divisible by a cell. */
export const noon = 1_700_049_600_000;
export const second = 1_000;
export const minute = 60_000;
export const hour = 3_600_000;

/** One alert for the flow; times in milliseconds after `noon`. */
export interface Sent {
  /** Time of the record; by default that of the observation. */
  readonly at: number;
  readonly observedAt: number | null;
  readonly shard: number;
  readonly name: string;
  readonly status: Status;
  readonly severity: Severity;
  readonly ending: Ending;
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  readonly value: number | null;
  readonly text: string;
  readonly droppedBy: string;
}

export type SentDraft = globalThis.Partial<Sent> & { readonly at: number };

export function sent(draft: SentDraft): Sent {
  return {
    observedAt: null,
    shard: 0,
    name: 'HighLatency',
    status: 'firing',
    severity: 'high',
    ending: 'window',
    startsAt: null,
    endsAt: null,
    value: null,
    text: '',
    droppedBy: '',
    ...draft,
  };
}

const absolute = (time: number | null): number | null => (time === null ? null : noon + time);

export function identified(alert: Sent, offset: number): Identified {
  const { name, severity, text, ending, status, value, droppedBy } = alert;
  const head = {
    tenant: 'acme',
    source: 'test',
    name,
    severity,
    labels: {},
    annotations: text === '' ? {} : { text },
    generatorUrl: '',
    ending,
  };
  const named = {
    fingerprint: fingerprintOf([name]),
    fingerprintRule: 'default',
    contentHash: hash64([name, severity, text]),
    watched: hash64([severity]),
    domain: 'acme',
    droppedBy,
  };
  return {
    kind: 'identified',
    shard: alert.shard,
    place: { offset, n: 0 },
    at: noon + alert.at,
    head: { ...head, identity: packSubject({ ...named, ending, head }) },
    tail: {
      status,
      observedAt: absolute(alert.observedAt),
      startsAt: absolute(alert.startsAt),
      endsAt: absolute(alert.endsAt),
      value,
      id: '',
    },
  };
}

/** One record of the reduced log: a statement, or a claim of time, with its own time. */
export interface LogEntry {
  readonly shard: number;
  readonly at: number;
  readonly fact: Partial | LateAlert | { readonly kind: 'claim'; readonly complete: number };
}

export interface FlowOptions {
  readonly shards?: number;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Restarts combine before the alerts with these numbers. */
  readonly restartCombineAt?: ReadonlySet<number>;
  /** Restarts fold before the log entries with these numbers. */
  readonly restartFoldAt?: ReadonlySet<number>;
  /** Chooses whose statement RELATE's log holds next, from 0 to 1; by default the earliest. */
  readonly interleave?: () => number;
  /** How long after the last alert the shards go on stating that nothing came. */
  readonly idleMs?: number;
  /** States what is held back after every so many alerts, as an idle shard does. */
  readonly flushEvery?: number;
}

const clockSlackMs = 500;
const beatMs = 45_000;

/** What combine of each shard states of the alerts, which are taken in order of `at`. */
export function reduceAll(alerts: readonly Sent[], options: FlowOptions = {}): LogEntry[][] {
  const shards = options.shards ?? 1;
  const inOrder = [...alerts].sort((a, b) => a.at - b.at);
  const end = (inOrder.at(-1)?.at ?? 0) + (options.idleMs ?? 2 * 86_400_000);
  return Array.from({ length: shards }, (_, shard) =>
    reduceShard(
      inOrder.filter((alert) => alert.shard % shards === shard).map((alert) => ({ ...alert, shard })),
      { ...options, shard, end },
    ),
  );
}

function reduceShard(
  alerts: readonly Sent[],
  options: FlowOptions & { readonly shard: number; readonly end: number },
): LogEntry[] {
  const log: LogEntry[] = [];
  let driven: Driven<ReduceEvent> = drive(combine, options.config ?? {});
  let read = 0;
  const drain = (at: number) => {
    for (const event of driven.events.slice(read)) {
      const { value } = event as Extract<Output, { readonly topic: 'reduced' }>;
      // Through JSON, as through a log: what is still shared with combine would show.
      if (event.kind === 'output')
        log.push({
          shard: options.shard,
          at,
          fact: JSON.parse(JSON.stringify(value)) as Partial | LateAlert,
        });
    }
    read = driven.events.length;
  };
  const claim = (at: number) => {
    drain(at);
    log.push({ shard: options.shard, at, fact: { kind: 'claim', complete: at - clockSlackMs } });
  };
  let beat = noon;
  for (const [number, alert] of alerts.entries()) {
    const at = noon + alert.at;
    for (; beat < at; beat += beatMs) {
      driven.advance({ at: beat });
      claim(beat);
    }
    if (options.restartCombineAt?.has(number)) {
      drain(at);
      driven = driven.restart();
      read = 0;
    }
    driven.send(identified(alert, number), at);
    drain(at);
    if (options.flushEvery !== undefined && number % options.flushEvery === 0) {
      poke(driven, at);
      drain(at);
    }
  }
  // Idle shards speak less often here, to keep the tests short.
  for (
    const last = noon + options.end;
    beat <= last;
    beat += beat - noon > 2 * hour ? 6 * hour : 2 * minute
  ) {
    driven.advance({ at: beat });
    claim(beat);
  }
  driven.advance({ at: noon + options.end });
  claim(noon + options.end);
  if (driven.rows('runs') > 0) throw new Error('combine holds runs after its cells are over');
  return log;
}

/** What an idle shard does: asks combine to state what it holds back. */
export function poke(driven: Driven<ReduceEvent>, at: number): void {
  driven.host.stages[0]?.fire({ key: 'flush', clock: 'at', due: at });
  // It speaks of a few at a time.
  driven.advance({ at });
}

/** One log from those of the shards, each in its own order. */
export function interleaved(logs: readonly LogEntry[][], choose?: () => number): LogEntry[] {
  const heads = logs.map(() => 0);
  const merged: LogEntry[] = [];
  for (;;) {
    const open = logs.flatMap((log, shard) => {
      const entry = log[heads[shard] ?? 0];
      return entry === undefined ? [] : [{ entry, shard }];
    });
    if (open.length === 0) return merged;
    open.sort((a, b) => a.entry.at - b.entry.at);
    const next = choose === undefined ? open[0] : open[Math.floor(choose() * open.length)];
    if (next === undefined) return merged;
    merged.push(next.entry);
    heads[next.shard] = (heads[next.shard] ?? 0) + 1;
  }
}

export interface Folded {
  readonly tellings: readonly Telling[];
  readonly tallies: readonly Tally[];
  readonly decisions: readonly StatedDecision[];
  /** Rows left in fold's tables when the log is over. */
  readonly rows: Readonly<Record<string, number>>;
}

/** What fold says of a reduced log. */
export function foldAll(log: readonly LogEntry[], options: FlowOptions = {}): Folded {
  const complete = new Map<number, number>();
  const events: RelateEvent[] = [];
  const decisions: StatedDecision[] = [];
  let driven: Driven<RelateEvent> = drive(fold, options.config ?? {});
  let at = 0;
  const collect = () => {
    events.push(...driven.events);
    decisions.push(...driven.decisions);
  };
  for (const [number, { shard, at: entryAt, fact }] of log.entries()) {
    if (options.restartFoldAt?.has(number)) {
      collect();
      driven = driven.restart();
    }
    at = Math.max(at, entryAt);
    if (fact.kind === 'claim') {
      complete.set(shard, Math.max(complete.get(shard) ?? 0, fact.complete));
      const all = complete.size < (options.shards ?? 1) ? 0 : Math.min(...complete.values());
      driven.advance({ at, complete: all });
    } else driven.send(fact, at);
  }
  collect();
  const tables = ['runs', 'histories', 'counted', 'lateMarks'];
  return {
    tellings: events.filter((event) => event.kind === 'telling'),
    tallies: events.filter((event) => event.kind === 'tally'),
    decisions,
    rows: Object.fromEntries(tables.map((table) => [table, driven.rows(table)])),
  };
}

/** Alerts in, what is said about them out. */
export function flow(alerts: readonly Sent[], options: FlowOptions = {}): Folded {
  return foldAll(interleaved(reduceAll(alerts, options), options.interleave), options);
}

/** The final word on each occurrence, without what belongs to the telling; times relative to noon. */
export function finals({ tellings }: Folded) {
  return tellings
    .filter(({ alert }) => alert.isFinal && !alert.isLate)
    .map(({ alert }) => ({
      occurrence: alert.occurrence,
      name: alert.name,
      status: alert.status,
      reason: alert.emitReason,
      startsAt: alert.startsAt === null ? null : alert.startsAt - noon,
      endsAt: alert.endsAt === null ? null : alert.endsAt - noon,
      firstSeen: alert.firstSeen - noon,
      lastSeen: alert.lastSeen - noon,
      count: alert.count,
      valueStats: alert.valueStats,
    }))
    .sort((a, b) => a.firstSeen - b.firstSeen || (a.occurrence < b.occurrence ? -1 : 1));
}

/** `reason count` of each telling in order; the shortest form of what happened. */
export function said({ tellings }: Folded): string[] {
  return tellings.map(({ alert }) => alert.emitReason);
}

export function tellingsOf(
  { tellings }: Folded,
  reason: EnrichedAlert['emitReason'],
): readonly EnrichedAlert[] {
  return tellings.map(({ alert }) => alert).filter(({ emitReason }) => emitReason === reason);
}

/** Alerts that a result accounts for: one per cause, and the counts of all decisions but notes. */
export function accountedFor({ tellings, decisions }: Folded): number {
  const causes = tellings.filter(({ cause }) => cause !== null).length;
  return decisions.reduce((sum, { outcome, count }) => (outcome === 'noted' ? sum : sum + count), causes);
}
