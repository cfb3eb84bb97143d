import { type TableName, tableOf, type WarehouseTopic } from '../../schemas/clickhouse/index.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { LogRecord, TopicPartition } from '../broker/index.ts';
import { type Attempt, type Clock, Retry } from '../time/index.ts';
import { Backlog } from './backlog.ts';
import type { SinkConfig } from './config.ts';
import { FreshRows, type Outcome, type RowReader } from './fresh-rows.ts';
import { isPassing, isRefusal, isRefusedCommit } from './passing.ts';
import { encodeProgress, type Plan, type Progress, tokenOf } from './plan.ts';
import type { SinkEvent } from './sink-events.ts';
import type { Insert, Row } from './warehouse.ts';

/** The effects of one partition's sink. */
export interface PartitionEffects {
  readonly clock: Clock;
  readonly reader: RowReader<Row>;
  /** Commits the next offset to read, and what is known as of it. */
  commit(offset: number, metadata: string): Promise<void>;
  insert(insert: Insert): Promise<void>;
  pause(): void;
  resume(): void;
  observe(event: SinkEvent): void;
  /** This partition cannot go on. */
  fail(error: Error): void;
}

export interface PartitionStart {
  readonly topic: WarehouseTopic;
  readonly place: TopicPartition;
  /** What tells its log from another of the same name. */
  readonly log: string;
  /** The committed offset, or the start of the log. */
  readonly offset: number;
  readonly progress: Progress;
  readonly config: SinkConfig;
  /** Whether what the warehouse refuses is a failure; else it is waited for like one that is away. */
  readonly endsWhenRefused: boolean;
}

/** With so many full batches in memory the consumer is paused. */
const heldBatches = 2;

/**
 * Protocol SINK for one partition and one assignment:
 *
 *   filling ──enough, or flushMs passed──▶ planned ──insert──▶ stored ──commit hi──▶ filling
 *      └─────────────── close (revoked, refused, failed), from anywhere ───────────▶ closed
 *
 * Records come in without waiting; everything else happens one step after another behind them. What is closed commits
 * nothing any more, whatever it was waiting for: its successor reads the committed plan and repeats it exactly.
 */
export class PartitionSink {
  readonly place: TopicPartition;
  readonly #table: TableName;
  readonly #log: string;
  readonly #flushMs: number;
  readonly #effects: PartitionEffects;
  readonly #backlog: Backlog;
  readonly #retry: Retry;
  /** Committed offset: everything below is stored. */
  #lo: number;
  #progress: Progress;
  #state: 'open' | 'releasing' | 'closed' = 'open';
  #trouble: string | null = null;
  #isPaused = false;
  /** What is held has waited long enough. */
  #isDue = false;
  #cancelTimer: (() => void) | null = null;
  #running: Promise<void> | null = null;

  constructor(start: PartitionStart, effects: PartitionEffects) {
    const { config, endsWhenRefused, log, offset, place, progress, topic } = start;
    this.place = place;
    this.#log = log;
    this.#table = tableOf[topic];
    this.#flushMs = config.flushMs;
    this.#effects = effects;
    this.#backlog = new Backlog(offset, config);
    this.#lo = offset;
    this.#progress = progress;
    this.#retry = new Retry({
      clock: effects.clock,
      minMs: config.retryMinMs,
      maxMs: config.retryMaxMs,
      isPassing: (error) => isPassing(error) || (!endsWhenRefused && isRefusal(error)),
      onRetry: (attempt) => this.#putOff(attempt),
    });
  }

  /** The committed offset: everything below is stored. */
  get stored(): number {
    return this.#lo;
  }

  /** Records read and not yet stored. */
  get held(): number {
    return this.#backlog.length;
  }

  /** Why it tries again what it is doing; null while all is well. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Takes records in; returns at once. */
  accept(records: readonly LogRecord[]): void {
    if (this.#state !== 'open') return;
    for (const record of records) {
      if (record.offset >= this.#backlog.next) this.#backlog.push(record);
    }
    this.#work();
    this.#settleFlow();
  }

  /** Stores what has been taken in, without waiting for batches to fill; resolves when it is stored, or this closed. */
  async flush(): Promise<void> {
    const target = this.#backlog.next;
    while (this.#state !== 'closed' && this.#lo < target) {
      this.#isDue = true;
      this.#work();
      // A plan taken over may wait for records that have not been read yet.
      if (this.#running === null) return;
      await this.#running;
    }
  }

  /** Stores what it can, trying once, then closes. */
  async release(): Promise<void> {
    if (this.#state === 'open') this.#state = 'releasing';
    this.#retry.end();
    await this.flush();
    this.close();
  }

  /** Stops at once. */
  close(): void {
    this.#state = 'closed';
    this.#cancelTimer?.();
    this.#retry.end();
    this.#backlog.clear();
  }

  #work(): void {
    if (this.#running !== null || this.#state === 'closed') return;
    const plan = this.#nextPlan();
    if (plan === null) {
      this.#setTimer();
      return;
    }
    this.#running = this.#store(plan)
      .catch((error: unknown) => this.#giveUp(error))
      .finally(() => {
        this.#running = null;
        this.#work();
        this.#settleFlow();
      });
  }

  #nextPlan(): Plan | null {
    const { plan } = this.#progress;
    // A plan found is executed exactly: other records under its token would never be stored.
    if (plan !== null) return this.#backlog.hasAll(plan) ? plan : null;
    const range = this.#isDue || this.#backlog.holds(1) ? this.#backlog.plan(this.#lo) : null;
    return range === null ? null : { ...range, log: this.#log };
  }

  /** SINK 2–4: commit the plan, insert, commit the end. */
  async #store(plan: Plan): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const { marks } = this.#progress;
    const rows = new FreshRows(this.#backlog.below(plan.hi), marks, this.#effects.reader);
    if (this.#progress.plan === null) await this.#commit(plan.lo, { plan, marks });
    const insert = {
      ...{ table: this.#table, rows, bytes: rows },
      token: tokenOf(this.#table, this.place, plan),
    };
    if (!rows.isEmpty) await this.#try('insert', () => this.#effects.insert(insert));
    await this.#stored(plan.hi, rows.outcome);
  }

  async #stored(hi: number, { rows, repeated, marks }: Outcome): Promise<void> {
    await this.#commit(hi, { plan: null, marks });
    this.#lo = hi;
    this.#backlog.dropBelow(hi);
    if (this.#state === 'open') this.#isDue = false;
    this.#effects.observe({ kind: 'stored', ...this.place, table: this.#table, rows, repeated });
  }

  async #commit(offset: number, progress: Progress): Promise<void> {
    const metadata = encodeProgress(progress);
    await this.#try('commit', () => this.#effects.commit(offset, metadata));
    this.#progress = progress;
  }

  async #try(doing: string, act: () => Promise<void>): Promise<void> {
    await this.#retry.run(doing, async () => {
      // Closing and the successor's first look at the committed offset come later than this line or before it: what is
      // sent from here is sent under the old generation.
      if (this.#state === 'closed') throw new Closed();
      await act();
    });
    this.#trouble = null;
  }

  #putOff(attempt: Attempt): void {
    const { error } = attempt;
    this.#trouble = error instanceof TocsinError ? error.detail : String(error);
    this.#effects.observe({ kind: isRefusal(error) ? 'refused' : 'retrying', ...this.place, ...attempt });
    this.#hold();
  }

  #giveUp(error: unknown): void {
    const { kind, isOver } = { kind: this.#state, isOver: error instanceof Closed };
    this.close();
    if (isOver || kind === 'closed') return;
    const failure = error instanceof Error ? error : new Error(String(error));
    if (kind === 'open' && !isRefusedCommit(error)) this.#effects.fail(failure);
    else this.#effects.observe({ kind: 'left', ...this.place, error: failure });
  }

  #hold(): void {
    if (this.#isPaused || this.#state !== 'open') return;
    this.#isPaused = true;
    this.#effects.pause();
  }

  /** Pauses the consumer while too much is held, and lets it go on afterwards. */
  #settleFlow(): void {
    if (this.#state !== 'open') return;
    const { plan } = this.#progress;
    // A plan may be larger than two batches are now, and is stored as it is.
    const isWaiting = plan !== null && !this.#backlog.hasAll(plan);
    if (!isWaiting && this.#backlog.holds(heldBatches)) this.#hold();
    else if (this.#isPaused && !this.#retry.isWaiting) {
      this.#isPaused = false;
      this.#effects.resume();
    }
  }

  #setTimer(): void {
    if (this.#cancelTimer !== null || this.held === 0 || this.#progress.plan !== null) return;
    const { clock } = this.#effects;
    this.#cancelTimer = clock.schedule(clock.now() + this.#flushMs, () => {
      this.#cancelTimer = null;
      this.#isDue = true;
      this.#work();
    });
  }
}

/** The work ended because nobody wants it any more. */
class Closed extends Error {}
