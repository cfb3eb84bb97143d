import { mean } from 'simple-statistics';
import type { IncidentRow } from '../../operators/correlate/rows.ts';
import type { RelateEvent } from '../../operators/events.ts';
import type { LogRecord } from '../../pipeline/broker/index.ts';
import { type Config, ConfigTree } from '../../pipeline/config/index.ts';
import { profiled } from '../harness/profile.ts';
import { cellMs, type Load, namesPerService } from './load.ts';
import { batchesOf, factsIn, next, ReducedLog, rawLog } from './logs.ts';
import { type BenchShard, type Counted, type Depth, reduceShard, relateShard } from './step-shard.ts';

export interface RelateOrder {
  /** Reduced records that are measured; heartbeats come on top. */
  readonly records: number;
  readonly openIncidents: number;
  readonly depth: Depth;
  /** Equal parts that are measured one by one; five unless it is said. */
  readonly parts?: number;
  readonly tenants?: number;
  /** A storm keeps most tellings from being told; off unless it is asked for. */
  readonly isStormOn?: boolean;
  readonly silences?: number;
  readonly inhibitRules?: number;
  /** Where to write a CPU profile of the measured part; it begins when the rest is over. */
  readonly profile?: string;
}

export interface RelateFound {
  /** µs of CPU per reduced record. */
  readonly usPerRecord: number;
  /** The same of each of some equal parts. Final counts come in a heap when a cell is over, so they differ. */
  readonly ofParts: readonly number[];
  readonly openIncidents: number;
  readonly outputs: Counted;
  readonly rows: number;
  readonly timers: number;
  readonly rssMiB: number;
}

/** Incidents are pairs of services, of which one depends on the other. */
const servicesPerIncident = 2;
/** Each service fires one of its ten alerts every five minutes: of an identity each burst tells a new occurrence. */
const roundMs = 10 * cellMs;
const startsAt = Date.UTC(2026, 0, 5);

/** Opens the incidents, keeps them open with alerts that come and go, and measures what a reduced record costs. */
export async function measure(order: RelateOrder): Promise<RelateFound> {
  const config = configOf(order);
  const { opening, warming, measured } = logsOf(order, config);
  const relate = relateShard(config, order.depth);
  relate.step(opening);
  relate.step(warming);
  const before = relate.snapshot();
  const ofParts = await profiled(order.profile, () => measured.map((part) => costOf(relate, part)));
  const { rows, timers } = relate.shard.size;
  return {
    ...{ usPerRecord: mean(ofParts), ofParts, rows, timers, openIncidents: openIn(relate) },
    outputs: relate.since(before),
    rssMiB: process.memoryUsage.rss() / 2 ** 20,
  };
}

function costOf(relate: BenchShard<RelateEvent>, part: readonly LogRecord[]): number {
  return relate.step(part) / factsIn(part);
}

/** Pairs of services, each with an owner and a runbook; the rules are about services that never fire. */
export function configOf({
  openIncidents,
  isStormOn = false,
  silences = 0,
  inhibitRules = 0,
}: RelateOrder): Config {
  const services = Array.from({ length: openIncidents * servicesPerIncident }, (_, i) => `service-${i}`);
  const edges = services.flatMap((from, i) => (i % 2 === 0 ? [{ from, to: `service-${i + 1}` }] : []));
  const rows = services.slice(0, maxTableRows).map((service, i) => ({ service, team: `team-${i % 40}` }));
  // biome-ignore lint/suspicious/noTemplateCurlyInString: enrich fills it in
  const sets = { owner: 'team', runbookUrl: 'https://runbooks.example.net/${service}' };
  return ConfigTree.parse({
    enrich: { tables: [{ name: 'services', match: { service: 'service' }, sets, rows }] },
    // None gives way to a new one while it is measured: as many are open as were opened.
    correlate: { topology: { edges }, driftMs: 24 * 12 * cellMs },
    suppress: {
      storm: isStormOn ? {} : { threshold: Number.MAX_SAFE_INTEGER },
      silences: Array.from({ length: silences }, (_, i) => silenceOf(i)),
      inhibitRules: Array.from({ length: inhibitRules }, (_, i) => inhibitRuleOf(i)),
    },
  });
}

/** Most rows that a table of enrich may have. */
const maxTableRows = 100_000;

/** As people write them: most name a service, one of ten says it with a pattern. */
function silenceOf(i: number) {
  const matchers = i % 10 === 0 ? `{alertname=~"Quiet${i}.*"}` : `{service="quiet-${i}"}`;
  return { id: `silence-${i}`, matchers, endsAt: startsAt + 365 * 24 * 12 * cellMs };
}

function inhibitRuleOf(i: number) {
  const target = `{service="quiet-${i}", severity!="critical"}`;
  return {
    name: `rule-${i}`,
    sourceMatchers: `{alertname="Down", service="quiet-${i}"}`,
    targetMatchers: target,
  };
}

/** Reduced records of a cell of five minutes: of each service a first partial and, when the cell is over, a final one. */
export function recordsPerCell(openIncidents: number): number {
  return 2 * openIncidents * servicesPerIncident;
}

function loadOf({ openIncidents, tenants = 1 }: RelateOrder): Load {
  const services = openIncidents * servicesPerIncident;
  const identities = services * namesPerService;
  return {
    ...{ identities, sightings: 3, atOnce: Math.min(services, 2_000) },
    ...{ roundMs, perRound: identities, order: 'by name', tenants, startsAt },
  };
}

export interface Logs {
  readonly opening: readonly LogRecord[];
  /** So that compilation and the growth of tables are over. */
  readonly warming: readonly LogRecord[];
  readonly measured: readonly (readonly LogRecord[])[];
}

/** What a REDUCE shard makes of the load. */
export function logsOf(order: RelateOrder, config: Config): Logs {
  const source = reducedLog(loadOf(order), config);
  // Each service has had one of its ten alerts by then.
  const openedAt = startsAt + roundMs / namesPerService;
  const { parts = 5 } = order;
  const perPart = Math.ceil(order.records / parts);
  const opening = takeUntil(source, openedAt);
  const warming = takeFacts(source, Math.ceil(0.4 * order.records));
  return { opening, warming, measured: Array.from({ length: parts }, () => takeFacts(source, perPart)) };
}

function takeUntil(source: Iterator<LogRecord>, at: number): LogRecord[] {
  const taken = [next(source)];
  while ((taken.at(-1)?.timestamp ?? at) < at) taken.push(next(source));
  return taken;
}

function takeFacts(source: Iterator<LogRecord>, facts: number): LogRecord[] {
  const taken: LogRecord[] = [];
  for (let left = facts; left > 0; ) {
    const record = next(source);
    taken.push(record);
    if (record.key !== null) left -= 1;
  }
  return taken;
}

function* reducedLog(load: Load, config: Config): Generator<LogRecord> {
  const reduce = reduceShard(config, 'encoded');
  // As many to an alert as a busy worker sends, whatever the pace of the load.
  const burstMs = load.roundMs / load.perRound;
  const log = new ReducedLog(Math.min(30_000, Math.max(1_000, 100 * burstMs)));
  const reduced: LogRecord[] = [];
  for (const batch of batchesOf(rawLog(load, 'avro'))) {
    reduce.step(batch, (sent, { timestamp }) => {
      // At the end of a cell there are more of them than a call takes arguments.
      for (const record of log.append(sent, timestamp)) reduced.push(record);
    });
    yield* reduced.splice(0);
  }
}

function openIn({ shard }: BenchShard<RelateEvent>): number {
  const correlate = shard.host.stages.find(({ name }) => name === 'correlate');
  const rows = correlate?.tables['incidents']?.table.values() ?? [];
  // The table is correlate's own; its rows are what it says.
  return [...(rows as Iterable<IncidentRow>)].filter(({ state }) => state !== 'resolved').length;
}
