import type { EnrichedAlert } from '../../schemas/alert.ts';
import type { Decision } from '../../schemas/decision.ts';
import type { Incident } from '../../schemas/incident.ts';
import {
  imbalance,
  openVirtualRun,
  PlainWindow,
  type ReplaySummary,
  type Seen,
  summarize,
} from '../replay/index.ts';
import type { WorkerCounts } from '../worker/index.ts';
import { demoConfig } from './demo-config.ts';
import { generate } from './generate.ts';
import { TruthKeeper, type TruthReport } from './truth.ts';

export interface DemoOptions {
  readonly seed: number;
  /** Length of the story in virtual minutes. */
  readonly minutes: number;
  /** Called before virtual time moves on; may wait (pacing). False ends the demo there. */
  readonly onTick: (tick: number, demo: DemoState) => Promise<boolean>;
}

/** What there is to see at a moment of the demo. */
export interface DemoState {
  readonly now: number;
  readonly startAt: number;
  readonly endAt: number;
  /** Records put in so far, and all of them. */
  readonly fed: number;
  readonly records: number;
  readonly counts: WorkerCounts;
  /** What a plain 5-minute window would have sent so far. */
  readonly plain: number;
  /** Published incidents that are not resolved, the newest last. */
  readonly open: readonly Incident[];
  readonly published: number;
  /** The newest decisions about alerts, the newest last. */
  readonly decisions: readonly (Decision & { readonly name: string })[];
  /** CPU time of this process so far, in microseconds. */
  readonly cpuUs: number;
}

export interface DemoSummary extends Omit<ReplaySummary, 'incidents'> {
  readonly seed: number;
  readonly incidents: TruthReport['incidents'];
  readonly rootCause: TruthReport['rootCause'];
  /** Incidents that were published, generations apart. */
  readonly incidentsPublished: number;
  /** Share of the alerts that entered whose outcome is known: 1, or something is wrong. */
  readonly accountedFor: number;
  /** The story was told to its end. */
  readonly isWhole: boolean;
}

const startAt = Date.UTC(2026, 0, 5, 9);
const tickMs = 1_000;
const shownDecisions = 12;

/** Tells the seed's story to a worker on embedded neighbours, and holds what it found against the story. */
export async function runDemo(options: DemoOptions): Promise<DemoSummary> {
  const startedAt = performance.now();
  const story = generate({ seed: options.seed, startAt, minutes: options.minutes });
  const config = demoConfig();
  const audience = new Audience(new TruthKeeper(story));
  const run = await openVirtualRun(
    {
      operators: config,
      // Nobody restores the checkpoints of a demo.
      settings: { ...config.worker, checkpointEveryMs: 60_000 },
      graphs: ['reduce', 'relate'],
      rawPartitions: 2,
      reducedPartitions: 1,
      tickMs,
    },
    {
      read: ['enriched', 'suppressed', 'incidents', 'decisions'],
      onSeen: (seen) => audience.see(seen),
      onAssigned: (assigned) => audience.plain.see(assigned),
      onTick: (tick, fed) => options.onTick(tick, stateOf(tick, fed)),
    },
  );
  const endAt = startAt + options.minutes * 60_000;
  const stateOf = (now: number, fed: number): DemoState => ({
    ...{ now, startAt, endAt, fed, records: story.arrivals.length },
    counts: run.worker.counts(),
    ...audience.state(),
  });
  const isWhole = await run.drive(story.arrivals);
  const counts = run.worker.counts();
  await run.close();
  const seconds = (performance.now() - startedAt) / 1_000;
  return summaryOf(options.seed, audience, { counts, seconds, isWhole, records: story.arrivals.length });
}

/** Looks at the output topics as any consumer would. */
class Audience {
  readonly plain = new PlainWindow();
  readonly truth: TruthKeeper;
  readonly #open = new Map<string, Incident>();
  readonly #published = new Set<string>();
  readonly #names = new Map<string, string>();
  #decisions: (Decision & { readonly name: string })[] = [];

  constructor(truth: TruthKeeper) {
    this.truth = truth;
  }

  see(seen: Seen): void {
    if (seen.topic === 'incidents') this.#incident(seen.value);
    if (seen.topic === 'enriched' || seen.topic === 'suppressed') this.#telling(seen.value);
    if (seen.topic === 'decisions') this.#decision(seen.value);
  }

  get published(): number {
    return this.#published.size;
  }

  state(): Pick<DemoState, 'plain' | 'open' | 'published' | 'decisions' | 'cpuUs'> {
    const { user, system } = process.cpuUsage();
    return {
      plain: this.plain.notifications,
      open: [...this.#open.values()],
      published: this.#published.size,
      decisions: this.#decisions,
      cpuUs: user + system,
    };
  }

  #incident(incident: Incident): void {
    this.truth.incident(incident);
    this.#published.add(`${incident.id}#${incident.generation}`);
    if (incident.state === 'resolved') this.#open.delete(incident.id);
    else this.#open.set(incident.id, incident);
  }

  #telling(alert: EnrichedAlert): void {
    this.truth.telling(alert);
    this.#names.set(alert.fingerprint, `${alert.name} ${alert.labels['host'] ?? ''}`);
  }

  /** Decisions that account for an alert, or for many: what on-call would ask about. */
  #decision(decision: Decision): void {
    if (decision.count === 0) return;
    const name = this.#names.get(decision.fingerprint) ?? decision.fingerprint.slice(0, 8);
    this.#decisions = [...this.#decisions, { name, ...decision }].slice(-shownDecisions);
  }
}

interface Ended {
  readonly counts: WorkerCounts;
  readonly seconds: number;
  readonly isWhole: boolean;
  readonly records: number;
}

function summaryOf(seed: number, audience: Audience, ended: Ended): DemoSummary {
  const { counts, seconds, isWhole, records } = ended;
  const notifications = audience.plain.notifications;
  const { incidents: incidentsPublished, ...summary } = summarize(counts, {
    ...{ records, seconds, notifications, decides: true, incidents: audience.published },
  });
  const { incidents, rootCause } = audience.truth.report();
  const { passed, folded, suppressed, 'dead-lettered': dead } = counts.outcomes;
  return {
    ...{ seed, incidents, rootCause, incidentsPublished: incidentsPublished ?? 0, isWhole },
    accountedFor: imbalance(counts) === null ? 1 : (passed + folded + suppressed + dead) / summary.alerts,
    ...summary,
  };
}
