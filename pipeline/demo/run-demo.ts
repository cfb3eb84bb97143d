import type { EnrichedAlert } from '../../schemas/alert.ts';
import type { Decision } from '../../schemas/decision.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { Incident } from '../../schemas/incident.ts';
import {
  type Arrival,
  type Arrivals,
  alertsIn,
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
import { type GraphWork, Stopwatch } from './stopwatch.ts';
import { TruthKeeper, type TruthReport } from './truth.ts';

export interface DemoOptions {
  readonly seed: number;
  /** Length of the story in virtual minutes. */
  readonly minutes: number;
  /** Called before virtual time moves on; may wait (pacing). */
  readonly onTick: (tick: number, demo: DemoState) => Promise<Verdict>;
}

/** How a demo goes on: take in what comes next; nothing more, but sum up what was told; not at all. */
export type Verdict = 'go-on' | 'sum-up' | 'abort';

/** What there is to see at a moment of the demo. */
export interface DemoState {
  readonly now: number;
  readonly startAt: number;
  readonly endAt: number;
  /** Records put in so far, and all of them. */
  readonly fed: number;
  readonly records: number;
  /** Alerts that have come out of normalize. */
  readonly alerts: number;
  readonly counts: WorkerCounts;
  /** What a plain 5-minute window would have sent so far. */
  readonly plain: number;
  /** Published incidents that are not resolved, the newest last. */
  readonly open: readonly Incident[];
  readonly published: number;
  /** The newest decisions about alerts, the newest last. */
  readonly decisions: readonly (Decision & { readonly name: string })[];
  /** What each graph cost so far. */
  readonly work: readonly GraphWork[];
}

export interface DemoSummary extends Omit<ReplaySummary, 'incidents'> {
  readonly seed: number;
  readonly incidents: TruthReport['incidents'];
  readonly rootCause: TruthReport['rootCause'];
  /** Incidents that were published, generations apart. */
  readonly incidentsPublished: number;
  /** Share of the alerts that entered whose outcome is known: 1, or something is wrong. */
  readonly accountedFor: number;
  /** The story was told to its end; otherwise truth and counts speak of what was told of it. */
  readonly isWhole: boolean;
}

const startAt = Date.UTC(2026, 0, 5, 9);
const tickMs = 1_000;
/** As many as a tall terminal shows. */
const shownDecisions = 50;

/**
 * Tells the seed's story to a worker on embedded neighbours, and holds what it found against the story. null when it was
 * aborted.
 *
 * @throws TocsinError `invariant.broken` when an alert is not accounted for
 */
export async function runDemo(options: DemoOptions): Promise<DemoSummary | null> {
  const startedAt = performance.now();
  const story = generate({ seed: options.seed, startAt, minutes: options.minutes });
  const config = demoConfig();
  const audience = new Audience(new TruthKeeper(story));
  const feed = new Feed(story.arrivals);
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
      onStepped: (graph, _records, ms) => audience.stopwatch.stepped(graph, ms),
      onTick: async (tick, fed) => {
        const verdict = await options.onTick(tick, stateOf(tick, fed));
        if (verdict === 'sum-up') feed.end(fed, tick);
        return verdict !== 'abort';
      },
    },
  );
  const endAt = startAt + options.minutes * 60_000;
  const stateOf = (now: number, fed: number): DemoState => {
    const counts = run.worker.counts();
    const records = feed.length;
    const alerts = alertsIn(counts);
    return { ...{ now, startAt, endAt, fed, records, alerts, counts }, ...audience.state(alerts) };
  };
  try {
    if (!(await run.drive(feed))) return null;
    const seconds = (performance.now() - startedAt) / 1_000;
    return summaryOf(options.seed, audience, { counts: run.worker.counts(), seconds, feed });
  } finally {
    await run.close();
  }
}

/** The records of a story, until somebody has seen enough of it. */
class Feed implements Arrivals {
  readonly #arrivals: Arrivals;
  #length: number;
  /** Virtual time at which it was ended early; null while it is whole. */
  #endedAt: number | null = null;

  constructor(arrivals: Arrivals) {
    this.#arrivals = arrivals;
    this.#length = arrivals.length;
  }

  get length(): number {
    return this.#length;
  }

  get endedAt(): number | null {
    return this.#endedAt;
  }

  at(index: number): Arrival {
    return this.#arrivals.at(index);
  }

  /** Leaves out all but the first `length` records; what they began runs out by itself. */
  end(length: number, at: number): void {
    if (length >= this.#length) return;
    this.#length = length;
    this.#endedAt = at;
  }
}

/** Looks at the output topics as any consumer would. */
class Audience {
  readonly plain = new PlainWindow();
  readonly stopwatch = new Stopwatch();
  readonly truth: TruthKeeper;
  readonly #open = new Map<string, Incident>();
  readonly #published = new Set<string>();
  readonly #names = new Map<string, string>();
  #decisions: readonly Decision[] = [];

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

  state(alerts: number): Pick<DemoState, 'plain' | 'open' | 'published' | 'decisions' | 'work'> {
    return {
      plain: this.plain.notifications,
      open: [...this.#open.values()],
      published: this.#published.size,
      // A decision may be read before the telling that shows what it is about.
      decisions: this.#decisions.map((decision) => ({ name: this.#nameOf(decision), ...decision })),
      work: this.stopwatch.work(alerts),
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
    this.#decisions = [...this.#decisions, decision].slice(-shownDecisions);
  }

  #nameOf({ fingerprint }: Decision): string {
    return this.#names.get(fingerprint) ?? fingerprint.slice(0, 8);
  }
}

interface Ended {
  readonly counts: WorkerCounts;
  readonly seconds: number;
  readonly feed: Feed;
}

function summaryOf(seed: number, audience: Audience, ended: Ended): DemoSummary {
  const { counts, seconds, feed } = ended;
  const wrong = imbalance(counts);
  if (wrong !== null) throw new TocsinError('invariant.broken', wrong);
  const notifications = audience.plain.notifications;
  const { incidents: incidentsPublished, ...summary } = summarize(counts, {
    ...{ records: feed.length, seconds, notifications, decides: true, incidents: audience.published },
  });
  const { incidents, rootCause } = audience.truth.report(feed.endedAt ?? undefined);
  return {
    ...{ seed, incidents, rootCause, incidentsPublished: incidentsPublished ?? 0 },
    isWhole: feed.endedAt === null,
    // The books balance: every alert that entered has its outcome.
    accountedFor: 1,
    ...summary,
  };
}
