import { type OperatorFunction, Subject } from 'rxjs';
import type { Assigned, DeadLetter, Output } from '../../operators/events.ts';
import type { Host } from '../../operators/lift.ts';
import type { DecisionDraft, Kinded } from '../../operators/operator.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Decision, Outcome } from '../../schemas/decision.ts';
import type { Origin } from '../../schemas/place.ts';
import type { ControlCopy, Heartbeat } from '../../schemas/reduced.ts';
import type { LogRecord } from '../broker/index.ts';
import type { RowChange } from '../state/index.ts';
import { Completeness } from './completeness.ts';
import { restoreRow, takeRowChanges } from './rows.ts';
import { ShardHost, type StageCount } from './shard-host.ts';
import { restoreShardRow, takeShardRows } from './shard-rows.ts';

/** What one record of the input log means to a graph: an event to push, or a claim about time. */
export type Input<Event> = Event | Heartbeat | ControlCopy;

/** The synchronous part of a graph: how to read its log, and its operators as one RxJS function. */
export interface ShardGraph<Event extends Kinded> {
  readonly name: string;
  read(record: LogRecord, partition: number): Input<Event>;
  operators(host: Host): OperatorFunction<Event, Event>;
}

/** Where a shard puts what it states; called synchronously, in order, with the origin of each output. */
export interface ShardSink {
  output(output: Output, origin: Origin): void;
  /** `record` is the record of the input log that holds the bad alert, bytes untouched. */
  deadLetter(letter: DeadLetter, record: LogRecord): void;
  assigned(assigned: Assigned): void;
}

/** How many alerts had which outcome, as this shard's decisions state it. */
export type OutcomeCounts = Record<Outcome, number>;

/**
 * One shard of one graph: a pure function of its input partition. Records go in one by one, outputs come out before
 * `step` returns; nothing here waits, sends or reads a clock. Everything it knows can be taken out as rows and put
 * back.
 */
export class Shard<Event extends Kinded> {
  readonly host: ShardHost;
  readonly outcomes: OutcomeCounts;
  readonly #graph: ShardGraph<Event>;
  readonly #partition: number;
  readonly #sink: ShardSink;
  readonly #source = new Subject<Event>();
  readonly #completeness = new Completeness();
  #controlMark = -1;
  #record: LogRecord = noRecord;
  #n = 0;

  constructor(graph: ShardGraph<Event>, partition: number, sink: ShardSink) {
    this.#graph = graph;
    this.#partition = partition;
    this.#sink = sink;
    this.outcomes = { unknown: 0, passed: 0, folded: 0, suppressed: 0, 'dead-lettered': 0, noted: 0 };
    this.host = new ShardHost((stage, decision) => this.#decide(stage, decision));
    this.#source.pipe(graph.operators(this.host)).subscribe((event) => this.#arrive(event));
  }

  /** Highest index of `control.v1` that this shard's log has shown it; -1 for none. */
  get controlMark(): number {
    return this.#controlMark;
  }

  get stageCounts(): readonly StageCount[] {
    return this.host.counts;
  }

  /** Processes one record of the input log; its outputs are in the sink when this returns. */
  step(record: LogRecord): void {
    this.#record = record;
    this.#n = 0;
    const input = this.#graph.read(record, this.#partition);
    const complete = isHeartbeat(input) ? this.#completeness.claim(input) : this.host.time.complete;
    this.host.advance({ at: record.timestamp, complete });
    if (isHeartbeat(input)) return;
    if (isControl(input)) {
      // A copy that was sent twice, or by an owner that did not know yet: the first one has acted.
      if (input.index <= this.#controlMark) return;
      this.#controlMark = input.index;
    }
    // Graphs without control records never see one: only RELATE's log holds them.
    this.#source.next(input as Event);
  }

  /**
   * Nothing more stands in the log up to `at`: moves time, and lets `flush` (a stage) state what it holds back. Only for
   * REDUCE, whose statements may come at any time (protocol.md STIMULUS 1); elsewhere time comes from records alone.
   */
  idle(at: EventTimeMs, flush: string | null): void {
    this.host.advance({ at, complete: this.host.time.complete });
    if (flush !== null) this.host.poke(flush, 'flush');
  }

  /** All rows that changed since the last call, taken in one tick: they belong to the last stepped offset. */
  takeChanges(): readonly RowChange[] {
    const rows = this.host.stages.flatMap((stage) => takeRowChanges(stage));
    const clock = { time: this.host.time, controlMark: this.#controlMark, completeness: this.#completeness };
    return [...rows, ...takeShardRows(clock, this.host.takeTimerChanges())];
  }

  /** Puts rows of a checkpoint back; `restored` must follow once after the last of them. */
  restore(changes: readonly RowChange[]): void {
    for (const change of changes) {
      if (change.table.startsWith('$')) this.#restoreOwn(change);
      else restoreRow(this.host.stages, change);
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
    });
  }

  #origin(): Origin {
    const origin = { shard: this.#partition, offset: this.#record.offset, n: this.#n };
    this.#n += 1;
    return origin;
  }

  #arrive(event: Event | Output | DeadLetter | Assigned): void {
    switch (event.kind) {
      case 'output':
        this.#sink.output(event as Output, this.#origin());
        break;
      case 'dead-letter':
        this.outcomes['dead-lettered'] += 1;
        this.#sink.deadLetter(event as DeadLetter, this.#record);
        break;
      case 'assigned':
        this.#sink.assigned(event as Assigned);
        break;
    }
  }

  #decide(stage: string, draft: DecisionDraft): void {
    this.outcomes[draft.outcome] += draft.count;
    const origin = this.#origin();
    const value: Decision = { ...draft, stage, origin };
    this.#sink.output({ kind: 'output', topic: 'decisions', key: draft.fingerprint, value }, origin);
  }
}

const noRecord: LogRecord = { offset: -1, timestamp: 0, key: null, value: null, headers: {} };

function isHeartbeat(input: Kinded): input is Heartbeat {
  return input.kind === 'heartbeat';
}

function isControl(input: Kinded): input is ControlCopy {
  return input.kind === 'control';
}
