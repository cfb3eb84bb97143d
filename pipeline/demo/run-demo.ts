import { TocsinError } from '../../schemas/errors.ts';
import type { Incident } from '../../schemas/incident.ts';
import {
  type Arrival,
  type Arrivals,
  imbalance,
  openVirtualRun,
  PlainWindow,
  type ReplaySummary,
  type Seen,
  summarize,
  type VirtualRun,
} from '../replay/index.ts';
import { demoConfig } from './demo-config.ts';
import { type Generated, generate } from './generate.ts';
import { TruthKeeper, type TruthReport } from './truth.ts';
import { type Picture, Watch } from './watch.ts';

/** Monday, 5 January 2026, 09:00 UTC: the demo is the same on every day. */
const startAt = Date.UTC(2026, 0, 5, 9);

/** Virtual time moves in steps of this length: 60 of them a minute are smooth at 60×. */
const tickMs = 1_000;

export interface DemoOptions {
  readonly seed: number;
  readonly minutes: number;
}

/** Who looks on. */
export interface DemoEyes {
  /** Called at each tick of virtual time; may wait. What it answers decides how the demo goes on. */
  readonly onTick: (moment: Moment) => Promise<Verdict>;
  /** An incident was published for the first time. */
  readonly onIncident?: (incident: Incident) => void;
}

/** go on; take in nothing more and sum up; end at once without a summary. */
export type Verdict = 'go-on' | 'sum-up' | 'abort';

export interface Moment {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  /** Everything has been put in, and only windows close from here on. */
  readonly isOver: boolean;
  /** Costs something: take it only when it is shown. */
  picture(): Picture;
}

export interface DemoSummary extends Omit<ReplaySummary, 'incidents'>, TruthReport {
  readonly seed: number;
  /** Virtual minutes that were told; fewer than asked for when it was ended early. */
  readonly minutes: number;
  /** Share of the alerts that have an outcome; anything but 1 would be an error. */
  readonly accountedFor: number;
  readonly incidentsPublished: number;
}

/**
 * Runs the generator's hour through the real pipeline and holds what came out against what really happened. null when it was
 * aborted.
 *
 * @throws TocsinError `invariant.broken` when the books do not balance
 */
export async function runDemo(options: DemoOptions, eyes: DemoEyes): Promise<DemoSummary | null> {
  const startedAt = performance.now();
  const demo = new Demo(options, eyes);
  const run = await demo.open();
  try {
    if (!(await run.drive(demo.feed))) return null;
    return demo.summary(run, (performance.now() - startedAt) / 1_000);
  } finally {
    await run.close();
  }
}

/** One demo: its story, those who watch it, and how far it is. */
class Demo {
  readonly feed: Feed;
  readonly #options: DemoOptions;
  readonly #eyes: DemoEyes;
  readonly #story: Generated;
  readonly #truth: TruthKeeper;
  readonly #watch = new Watch();
  readonly #plain = new PlainWindow();

  constructor(options: DemoOptions, eyes: DemoEyes) {
    this.#options = options;
    this.#eyes = eyes;
    this.#story = generate({ ...options, startAt });
    this.#truth = new TruthKeeper(this.#story);
    this.feed = new Feed(this.#story.arrivals);
  }

  async open(): Promise<VirtualRun> {
    const config = demoConfig();
    const run: VirtualRun = await openVirtualRun(
      {
        operators: config,
        settings: { ...config.worker, checkpointEveryMs: 60_000 },
        graphs: ['reduce', 'relate'],
        rawPartitions: 2,
        reducedPartitions: 2,
        tickMs,
      },
      {
        read: ['enriched', 'suppressed', 'incidents', 'decisions'],
        onSeen: (seen) => this.#see(seen),
        onAssigned: (assigned) => this.#plain.see(assigned),
        onStepped: (graph, _records, ms) => this.#watch.stopwatch.stepped(graph, ms),
        onTick: (tick, fed) => this.#tick(run, tick, fed),
      },
    );
    return run;
  }

  summary({ worker }: VirtualRun, seconds: number): DemoSummary {
    const counts = worker.counts();
    const wrong = imbalance(counts);
    if (wrong !== null) throw new TocsinError('invariant.broken', wrong);
    const { feed } = this;
    const { incidents: incidentsPublished, ...summary } = summarize(counts, {
      records: feed.length,
      seconds,
      decides: true,
      notifications: this.#plain.notifications,
      incidents: this.#watch.incidents,
    });
    const endsAt = feed.endedAt ?? this.#endsAt;
    return {
      seed: this.#options.seed,
      minutes: Math.round((endsAt - startAt) / 60_000),
      ...this.#truth.report(endsAt),
      // The books were just found to balance, so every alert has its outcome.
      accountedFor: 1,
      incidentsPublished: incidentsPublished ?? 0,
      ...summary,
    };
  }

  get #endsAt(): number {
    return startAt + this.#options.minutes * 60_000;
  }

  #see(seen: Seen): void {
    if (seen.topic === 'enriched' || seen.topic === 'suppressed') {
      this.#truth.telling(seen.value);
      this.#watch.telling(seen.value);
    }
    if (seen.topic === 'decisions') this.#watch.decision(seen.value);
    if (seen.topic !== 'incidents') return;
    this.#truth.incident(seen.value);
    const isNew = this.#watch.incident(seen.value);
    if (isNew) this.#eyes.onIncident?.(seen.value);
  }

  async #tick(run: VirtualRun, tick: number, records: number): Promise<boolean> {
    const isOver = records >= this.feed.length;
    const at = isOver ? Math.min(tick, this.#endsAt) : tick;
    const picture = () => {
      const now = { at, from: startAt, to: this.#endsAt, records };
      return this.#watch.picture(
        { ...now, notificationsWithout: this.#plain.notifications },
        run.worker.counts(),
        performance.now(),
      );
    };
    const verdict = await this.#eyes.onTick({ at, from: startAt, to: this.#endsAt, isOver, picture });
    if (verdict === 'sum-up') this.feed.end(records, tick);
    return verdict !== 'abort';
  }
}

/** The story's records, until somebody has seen enough. */
class Feed implements Arrivals {
  readonly #arrivals: Arrivals;
  #length: number;
  #endedAt: number | null = null;

  constructor(arrivals: Arrivals) {
    this.#arrivals = arrivals;
    this.#length = arrivals.length;
  }

  get length(): number {
    return this.#length;
  }

  /** Virtual time at which it was ended before its end, or null. */
  get endedAt(): number | null {
    return this.#endedAt;
  }

  at(index: number): Arrival {
    return this.#arrivals.at(index);
  }

  /** Nothing comes after the first `length` records; what has been told runs out by itself. */
  end(length: number, at: number): void {
    if (length >= this.#length) return;
    this.#length = length;
    this.#endedAt = at;
  }
}
