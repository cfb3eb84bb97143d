import type { OperatorFunction } from 'rxjs';
import type { Assigned, DeadLetter, Output } from '../../operators/events.ts';
import type { Host } from '../../operators/lift.ts';
import type { Kinded } from '../../operators/operator.ts';
import type { Origin } from '../../schemas/place.ts';
import type { ConfigVersion, ControlCopy, Heartbeat } from '../../schemas/reduced.ts';
import type { LogRecord } from '../broker/index.ts';

/** What one record of the input log means to a graph: an event to push, a claim about time, or another configuration. */
export type Input<Event> = Event | Heartbeat | ControlCopy | ConfigVersion;

/** The synchronous part of a graph: how to read its log, and its operators as one RxJS function. */
export interface ShardGraph<Event extends Kinded> {
  readonly name: string;
  read(record: LogRecord, partition: number): Input<Event>;
  operators(host: Host): OperatorFunction<Event, Event>;
  /** The configuration behind `operators`; null where the log does not say which one applies (REDUCE). */
  readonly version: ConfigVersion | null;
  /** The same graph under another configuration; throws `state.newer` for one that this version cannot read. */
  configured(version: ConfigVersion): ShardGraph<Event>;
}

/** Where a shard puts what it states; called synchronously, in order, with the origin of each output. */
export interface ShardSink {
  output(output: Output, origin: Origin): void;
  /** `record` is the record of the input log that holds the bad alert, bytes untouched. */
  deadLetter(letter: DeadLetter, record: LogRecord): void;
  assigned(assigned: Assigned): void;
}
