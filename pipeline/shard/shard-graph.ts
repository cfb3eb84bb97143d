import type { OperatorFunction } from 'rxjs';
import type { Assigned, DeadLetter, Output } from '../../operators/events.ts';
import type { Host } from '../../operators/lift.ts';
import type { Kinded } from '../../operators/operator.ts';
import type { Origin } from '../../schemas/place.ts';
import type { ControlCopy, Heartbeat } from '../../schemas/reduced.ts';
import type { LogRecord } from '../broker/index.ts';

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
