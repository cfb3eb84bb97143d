import { Observable, type Subscriber } from 'rxjs';
import type { Assigned, DeadLetter, Output } from '../../operators/events.ts';
import type { DecisionDraft, Kinded } from '../../operators/operator.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Decision } from '../../schemas/decision.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { Origin } from '../../schemas/place.ts';
import type { ConfigVersion } from '../../schemas/reduced.ts';
import type { LogRecord } from '../broker/index.ts';
import type { RowChange } from '../state/index.ts';
import { Completeness } from './completeness.ts';
import { isControl, isHeartbeat, isVersion, noRecord } from './inputs.ts';
import { noOutcomes } from './outcome-counts.ts';
import { changedRowsIn, inTurn, restoreRow, rowsOf, storedTablesOf, takeRowChanges } from './rows.ts';
import type { ShardGraph, ShardSink } from './shard-graph.ts';
import { ShardHost } from './shard-host.ts';
import { isShardRow, restoreShardRow, takeShardRows, timerRow, versionRow } from './shard-rows.ts';

/**
 * One shard of one graph: a pure function of its input partition. Records go in one by one, outputs come out before `step`
 * returns; nothing here waits, sends or reads a clock. All it knows can be taken out as rows and put back.
 */
export class Shard<Event extends Kinded> {
  host: ShardHost;
  /** As this instance's decisions and dead letters state it; a restored shard counts from 0. */
  readonly outcomes = noOutcomes();
  /** Records below this offset are put aside instead of being stepped; stored with the rows, so that it stays so. */
  shedUntil = 0;
  #graph: ShardGraph<Event>;
  readonly #partition: number;
  readonly #sink: ShardSink;
  #source: Subscriber<Event>;
  readonly #completeness = new Completeness();
  #controlMark = -1;
  #isVersionStored = false;
  /** Offset of the newest record, and how much has come of it. */
  #offset = -1;
  #n = 0;
  /** While it is processed; later it would keep all that was fetched with it. */
  #record: LogRecord = noRecord;
  /** What waits until all that is due has fired: the record, or a stage that is to speak. */
  #input: Kinded | null = null;
  #poke: { readonly stage: string; readonly key: string } | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(graph: ShardGraph<Event>, partition: number, sink: ShardSink) {
    this.#graph = graph;
    this.#partition = partition;
    this.#sink = sink;
    const opened = this.#open(graph);
    this.host = opened.host;
    this.#source = opened.source;
    this.#throwFailure();
  }

  #open(graph: ShardGraph<Event>): { readonly host: ShardHost; readonly source: Subscriber<Event> } {
    const host = new ShardHost((stage, decision) => this.#decide(stage, decision));
    // The one subscriber itself: a Subject would look through a list of them for each event.
    let source: Subscriber<Event> | null = null;
    const events = new Observable<Event>((subscriber) => {
      source = subscriber;
    });
    events.pipe(graph.operators(host)).subscribe({
      next: (event) => this.#arrive(event),
      error: (error) => this.#fail(error),
    });
    if (source === null) throw new TocsinError('invariant.broken', `${graph.name} listens to nothing`);
    return { host, source };
  }

  /** The configuration that the next record is decided by. */
  get version(): ConfigVersion | null {
    return this.#graph.version;
  }

  /** Highest index of `control.v1` that this shard's log has shown it; -1 for none. */
  get controlMark(): number {
    return this.#controlMark;
  }

  /**
   * Processes one record of the input log; its outputs are in the sink when this returns true. With `timersAtOnce` it stops
   * after so many timers that are due before the record, and returns false: `goOn` must follow until that returns true, and
   * nothing else may. Throws when an operator did (`invariant.broken`) or the record of an internal topic cannot be read; the
   * shard is unusable from then on.
   */
  step(record: LogRecord, timersAtOnce?: number): boolean {
    this.#record = record;
    this.#offset = record.offset;
    this.#n = 0;
    const input = this.#graph.read(record, this.#partition);
    const complete = isHeartbeat(input) ? this.#completeness.claim(input) : this.host.time.complete;
    this.host.moveTo(record.timestamp, complete);
    const isDone = this.host.fireDue(timersAtOnce);
    if (isDone) this.#take(input);
    else this.#input = input;
    this.#throwFailure();
    return isDone;
  }

  /**
   * Nothing more stands in the log up to `at`: moves time, and lets `flush` (a stage) state what it holds back. Only for
   * REDUCE, whose statements may come at any time (protocol.md STIMULUS 1); elsewhere time comes from records alone.
   * Stops and returns as `step` does.
   */
  idle(at: EventTimeMs, flush: string | null, timersAtOnce?: number): boolean {
    this.host.moveTo(at, this.host.time.complete);
    if (flush !== null) this.#poke = { stage: flush, key: 'flush' };
    return this.goOn(timersAtOnce);
  }

  /** Goes on with what stopped; true when it is done. */
  goOn(timersAtOnce?: number): boolean {
    const isDone = this.#goOn(timersAtOnce);
    this.#throwFailure();
    return isDone;
  }

  #goOn(timersAtOnce: number | undefined): boolean {
    if (!this.host.fireDue(timersAtOnce)) return false;
    const [input, poke] = [this.#input, this.#poke];
    this.#input = null;
    if (input !== null) {
      this.#take(input);
      return true;
    }
    if (poke === null) return true;
    this.#poke = null;
    this.host.poke(poke.stage, poke.key);
    return this.host.fireDue(timersAtOnce);
  }

  #take(input: Kinded): void {
    if (isVersion(input)) this.#reconfigure(input);
    else if (!isHeartbeat(input) && !this.#isSeenControl(input)) {
      // Graphs without control records never see one: only RELATE's log holds them.
      this.#source.next(input as Event);
    }
    this.#record = noRecord;
  }

  /** Before the first record of a replay: what was over at `at` when the shard was committed is over now. */
  setClock(at: EventTimeMs): void {
    this.host.time = { at, complete: this.host.time.complete };
  }

  /**
   * Has a stage (of REDUCE) state everything that it holds, whatever it has stated of it; what is over goes before. Stops and
   * returns as `step` does.
   */
  restate(stage: string, timersAtOnce?: number): boolean {
    this.#poke = { stage, key: 'restate' };
    return this.goOn(timersAtOnce);
  }

  /**
   * All rows that changed since the last call, as they are in this tick: they belong to the last stepped offset. Each is
   * encoded when it is asked for; records may be stepped meanwhile.
   */
  takeChanges(): Iterable<RowChange> {
    const rows = this.host.stages.map((stage) => takeRowChanges(stage));
    const marks = { controlMark: this.#controlMark, shedUntil: this.shedUntil };
    const clock = { time: this.host.time, ...marks, completeness: this.#completeness };
    const own = takeShardRows(clock, this.host.takeTimerChanges());
    const version = this.#isVersionStored ? [] : this.#versionRows();
    this.#isVersionStored = true;
    return inTurn([...rows, own, version]);
  }

  /** Rows and timers that the next checkpoint would store. */
  get changed(): number {
    const rows = this.host.stages.reduce((sum, stage) => sum + changedRowsIn(stage), 0);
    return rows + this.host.changedTimers;
  }

  /**
   * All rows, each as it is when it is asked for, so that taking them may go on while records are stepped. Laid under what
   * `takeChanges` gives from then on until a call after the last one, they are the state as of that call.
   */
  *rows(): Generator<RowChange> {
    for (const stage of this.host.stages) yield* rowsOf(stage);
    for (const timer of this.host.allTimers()) yield timerRow(timer);
    yield* this.#versionRows();
  }

  /** Lowest offset of the input that the rows held now depend on, as far as the operators can tell; null for none. */
  get dependsFrom(): number | null {
    const offsets = this.host.stages.map((stage) => stage.dependsFrom()).filter((offset) => offset !== null);
    return offsets.length === 0 ? null : Math.min(...offsets);
  }

  /** Puts rows of a checkpoint back; `restored` must follow once after the last of them. */
  restore(changes: readonly RowChange[]): void {
    let { host } = this;
    let tables = storedTablesOf(host.stages);
    for (const change of changes) {
      if (isShardRow(change)) this.#restoreOwn(change);
      else restoreRow(tables, change);
      if (this.host === host) continue;
      // A stored configuration made the stages anew.
      host = this.host;
      tables = storedTablesOf(host.stages);
    }
  }

  restored(): void {
    for (const stage of this.host.stages) stage.rederive();
  }

  /** Rows and timers held, for the floor that state returns to. */
  get size(): { readonly rows: number; readonly timers: number } {
    const tables = this.host.stages.flatMap(({ tables: opened }) => Object.values(opened));
    return { rows: tables.reduce((sum, { table }) => sum + table.size, 0), timers: this.host.timers };
  }

  #restoreOwn(change: RowChange): void {
    restoreShardRow(change, {
      timer: (timer) => this.host.restoreTimer(timer),
      time: (time) => {
        this.host.time = time;
      },
      claim: (claim) => this.#completeness.claim(claim),
      controlMark: (mark) => {
        this.#controlMark = mark;
      },
      shedUntil: (offset) => {
        this.shedUntil = offset;
      },
      version: (version) => {
        this.#reconfigure(version);
        this.#isVersionStored = true;
      },
    });
  }

  /** From the next record on; rows and timers stay, what is derived from them and the configuration is made anew. */
  #reconfigure(version: ConfigVersion): void {
    if (this.#graph.version === null || this.#graph.version.hash === version.hash) return;
    this.#graph = this.#graph.configured(version);
    const opened = this.#open(this.#graph);
    opened.host.takeOver(this.host);
    this.host = opened.host;
    this.#source = opened.source;
    this.#isVersionStored = false;
  }

  #versionRows(): readonly RowChange[] {
    return this.#graph.version === null ? [] : [versionRow(this.#graph.version)];
  }

  /** A copy that was sent twice, or by an owner that did not know yet: the first one has acted. */
  #isSeenControl(input: Kinded): boolean {
    if (!isControl(input)) return false;
    const isSeen = input.index <= this.#controlMark;
    if (!isSeen) this.#controlMark = input.index;
    return isSeen;
  }

  #origin(): Origin {
    const origin = { shard: this.#partition, offset: this.#offset, n: this.#n };
    this.#n += 1;
    return origin;
  }

  #arrive(event: Event | Output | DeadLetter | Assigned): void {
    try {
      if (event.kind === 'output') this.#sink.output(event as Output, this.#origin());
      else if (event.kind === 'dead-letter') this.#deadLetter(event as DeadLetter);
      else if (event.kind === 'assigned') this.#sink.assigned(event as Assigned);
    } catch (error) {
      this.#fail(error);
    }
  }

  #deadLetter(letter: DeadLetter): void {
    this.outcomes['dead-lettered'] += 1;
    this.#sink.deadLetter(letter, this.#record);
  }

  /** Kept until the push that caused it returns: RxJS carries nothing that is thrown back to whoever pushed. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
  }

  #throwFailure(): void {
    if (this.#failure === null) return;
    const { error } = this.#failure;
    if (error instanceof TocsinError) throw error;
    const place = `${this.#graph.name}/${this.#partition} at offset ${this.#offset}`;
    throw new TocsinError('invariant.broken', `${place}: ${String(error)}`, { cause: error });
  }

  #decide(stage: string, draft: DecisionDraft): void {
    this.outcomes[draft.outcome] += draft.count;
    const origin = this.#origin();
    // What is added comes first: on Node 20 a property that follows a spread costs a microsecond.
    const value: Decision = { stage, origin, ...draft };
    this.#sink.output({ kind: 'output', topic: 'decisions', key: draft.fingerprint, value }, origin);
  }
}
