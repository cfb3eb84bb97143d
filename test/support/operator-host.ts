import { Subject } from 'rxjs';
import type { Host, Stage } from '../../operators/lift.ts';
import { lift } from '../../operators/lift.ts';
import type { Clock, DecisionDraft, Kinded, Operator, Time } from '../../operators/operator.ts';
import type { TableSpec, TableSpecs } from '../../operators/table.ts';
import { TimerQueue } from '../../pipeline/shard/timer-queue.ts';
import { type RowCodec, rowCodecOf } from '../../schemas/avro/codec.ts';

export type StatedDecision = DecisionDraft & { readonly stage: string };

/** A host for operators under test: time moves only when told to, timers fire as in a shard. */
export class OperatorHost implements Host {
  time: Time = { at: 0, complete: 0 };
  readonly stages: Stage[] = [];
  readonly decisions: StatedDecision[] = [];
  readonly queues = { at: new TimerQueue('at'), complete: new TimerQueue('complete') };

  register(stage: Stage): number {
    return this.stages.push(stage) - 1;
  }

  schedule(stage: number, clock: Clock, key: string, due: number | null): void {
    this.queues[clock].set(stage, key, due);
  }

  decide(stage: string, decision: DecisionDraft): void {
    this.decisions.push({ ...decision, stage });
  }

  count(): void {}

  /** Moves time (never back) and fires what is due, `at` before `complete`. */
  advance(to: Partial<Time>): void {
    this.time = {
      at: Math.max(this.time.at, to.at ?? 0),
      complete: Math.max(this.time.complete, to.complete ?? 0),
    };
    for (const queue of [this.queues.at, this.queues.complete]) {
      for (
        let timer = queue.takeDue(this.time[queue.clock]);
        timer !== null;
        timer = queue.takeDue(this.time[queue.clock])
      ) {
        this.stages[timer.stage]?.fire({ key: timer.key, clock: queue.clock, due: timer.due });
      }
    }
  }
}

export interface Driven<Event> {
  readonly host: OperatorHost;
  readonly events: Event[];
  readonly decisions: StatedDecision[];
  /** Moves `at` to the given time first when it is given. */
  send(event: Event, at?: number): void;
  advance(to: Partial<Time>): void;
  /** Number of rows in a table. */
  rows(table: string): number;
  /** Moves all rows and timers into a fresh instance, through nothing but the tables, as a restore does. */
  restart(): Driven<Event>;
}

/** Drives one operator through its real lift. */
export function drive<Config, Specs extends TableSpecs, Derived, Event extends Kinded>(
  operator: Operator<Config, Specs, Derived, Event>,
  config: unknown = {},
): Driven<Event> {
  return driveOn(operator, operator.config.parse(config), new OperatorHost());
}

function driveOn<Config, Specs extends TableSpecs, Derived, Event extends Kinded>(
  operator: Operator<Config, Specs, Derived, Event>,
  config: Config,
  host: OperatorHost,
): Driven<Event> {
  const source = new Subject<Event>();
  const events: Event[] = [];
  source.pipe(lift(operator, config, host)).subscribe((event) => {
    events.push(event);
  });
  const stage = host.stages[0];
  if (stage === undefined) throw new Error('the operator did not register with its host');
  return {
    host,
    events,
    decisions: host.decisions,
    send(event, at) {
      if (at !== undefined) host.advance({ at });
      source.next(event);
    },
    advance: (to) => host.advance(to),
    rows: (table) => stage.tables[table]?.table.size ?? 0,
    restart() {
      const next = new OperatorHost();
      next.time = host.time;
      const driven = driveOn(operator, config, next);
      copyRows(stage, next.stages[0]);
      copyTimers(host, next);
      next.stages[0]?.rederive();
      return driven;
    },
  };
}

/** As a checkpoint stores them; in reversed order, since a store gives rows back in any order. */
function copyRows(from: Stage, to: Stage | undefined): void {
  for (const [name, { spec, table }] of Object.entries(from.tables)) {
    const codec = codecFor(spec);
    for (const [key, row] of [...table.entries()].reverse()) {
      to?.tables[name]?.table.restore(key, codec.decode(codec.encode(row)));
    }
  }
}

/** avsc generates code for each. */
const codecs = new Map<TableSpec<unknown>, RowCodec>();

function codecFor(spec: TableSpec<unknown>): RowCodec {
  const codec = codecs.get(spec) ?? rowCodecOf(spec.schema);
  codecs.set(spec, codec);
  return codec;
}

function copyTimers(from: OperatorHost, to: OperatorHost): void {
  for (const clock of ['at', 'complete'] as const) {
    for (const timer of from.queues[clock].all()) to.schedule(timer.stage, clock, timer.key, timer.due);
  }
}
