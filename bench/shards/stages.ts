import { type OperatorFunction, Subject, tap } from 'rxjs';
import { aggregate } from '../../operators/aggregate/index.ts';
import { correlate } from '../../operators/correlate/index.ts';
import { combine, fold } from '../../operators/dedupe/index.ts';
import { enrich } from '../../operators/enrich/index.ts';
import { type Output, type ReduceEvent, type RelateEvent, unstamped } from '../../operators/events.ts';
import { fingerprint } from '../../operators/fingerprint/index.ts';
import { type Host, lift } from '../../operators/lift.ts';
import { makeNormalize } from '../../operators/normalize/index.ts';
import type { Kinded, Operator, Time } from '../../operators/operator.ts';
import { publish } from '../../operators/publish/index.ts';
import { score } from '../../operators/score/index.ts';
import { suppress } from '../../operators/suppress/index.ts';
import type { TableSpecs } from '../../operators/table.ts';
import type { LogRecord } from '../../pipeline/broker/index.ts';
import type { Config } from '../../pipeline/config/index.ts';
import { Completeness } from '../../pipeline/shard/completeness.ts';
import { ShardHost } from '../../pipeline/shard/shard-host.ts';
import { codecs } from '../../schemas/avro/index.ts';
import type { Heartbeat } from '../../schemas/reduced.ts';
import { framedBytes } from './logs.ts';

/** One operator that can be lifted apart from the others of its graph. */
export interface BenchStage<Event extends Kinded> {
  readonly name: string;
  /** Whether the operator does something with events of this kind, beyond passing them on. */
  handles(kind: string): boolean;
  lift(host: Host): OperatorFunction<Event, Event>;
}

function stage<C, Specs extends TableSpecs, Derived, Event extends Kinded>(
  operator: Operator<C, Specs, Derived, Event>,
  config: C,
  name = operator.name,
): BenchStage<Event> {
  return {
    name,
    handles: (kind) => Object.hasOwn(operator.on, kind),
    lift: (host) => lift(operator, config, host),
  };
}

/** As pipeline/topology.ts has them. */
export function reduceStages(config: Config): readonly BenchStage<ReduceEvent>[] {
  const decodeAvro = (_schemaId: number, payload: Uint8Array) => codecs.raw.decode(payload);
  return [
    stage(makeNormalize({ decodeAvro, isOwnLayout: () => true }), config.normalize),
    stage(fingerprint, config.fingerprint),
    stage(combine, config.dedupe),
  ];
}

export function relateStages(config: Config): readonly BenchStage<RelateEvent>[] {
  return [
    stage(fold, config.dedupe, 'fold'),
    stage(enrich, config.enrich),
    stage(correlate, config.correlate),
    stage(score, config.score),
    stage(suppress, config.suppress),
    stage(aggregate, config.aggregate),
    stage(publish, config.publish),
  ];
}

/** An event, and the time of the shard when it came. */
export interface Fed<Event> {
  readonly time: Time;
  readonly event: Event;
}

/** One stage or several, with clocks and timers, and nothing else. */
export class StageChain<Event extends Kinded> {
  readonly host: ShardHost;
  readonly #source = new Subject<Event>();

  /** `onEvent` gets whatever goes into a stage; the place behind the last one counts as a stage, too. */
  constructor(stages: readonly BenchStage<Event>[], onEvent?: (stage: number, fed: Fed<Event>) => void) {
    const told = (number: number, event: Event) => onEvent?.(number, { time: this.host.time, event });
    this.host = new ShardHost((name, draft) => {
      const value = { stage: name, origin: unstamped, ...draft };
      const output: Output = { kind: 'output', topic: 'decisions', key: draft.fingerprint, value };
      // Outputs are among the events of both graphs.
      told(stages.length, output as Kinded as Event);
    });
    const tapped = (number: number) => tap((event: Event) => told(number, event));
    const chain = stages.reduce(
      (events, { lift: lifted }, number) =>
        (onEvent === undefined ? events : events.pipe(tapped(number))).pipe(lifted(this.host)),
      this.#source.asObservable(),
    );
    // An operator that throws ends the bench.
    chain.subscribe((event) => told(stages.length, event));
  }

  feed({ time, event }: Fed<Event>): void {
    this.advance(time);
    this.#source.next(event);
  }

  /** Nothing but time. */
  advance(time: Time): void {
    this.host.moveTo(time.at, time.complete);
    this.host.fireDue();
  }
}

/** What went into each stage of a graph while it took what it was fed; behind it, what came out. */
export function tape<Event extends Kinded>(
  stages: readonly BenchStage<Event>[],
  parts: readonly (readonly (Fed<Event> | Time)[])[],
): readonly (readonly (readonly Fed<Event>[])[])[] {
  const taped = [...stages, null].map(() => parts.map((): Fed<Event>[] => []));
  let part = 0;
  const chain = new StageChain(stages, (number, fed) => {
    if (stages[number]?.handles(fed.event.kind) ?? true) taped[number]?.[part]?.push(fed);
  });
  for (const [number, inputs] of parts.entries()) {
    part = number;
    for (const input of inputs) {
      if ('event' in input) chain.feed(input);
      else chain.advance(input);
    }
  }
  return taped;
}

/** Raw records as the first stage of REDUCE takes them. */
export function rawInputs(records: readonly LogRecord[]): readonly Fed<ReduceEvent>[] {
  return records.map(({ offset, timestamp: at, value }) => ({
    time: { at, complete: 0 },
    event: { kind: 'record', shard: 0, offset, at, key: null, value, headers: {} },
  }));
}

/** Reduced records as the first stage of RELATE takes them; heartbeats only move time. */
export function reducedInputs(records: readonly LogRecord[]): readonly (Fed<RelateEvent> | Time)[] {
  const completeness = new Completeness();
  return records.flatMap(({ timestamp: at, value }): (Fed<RelateEvent> | Time)[] => {
    const input = codecs.reduced.decode(value ?? new Uint8Array(), framedBytes);
    if (isHeartbeat(input)) return [{ at, complete: completeness.claim(input) }];
    if (input.kind === 'config') return [];
    return [{ time: { at, complete: completeness.complete }, event: input }];
  });
}

function isHeartbeat(input: Kinded): input is Heartbeat {
  return input.kind === 'heartbeat';
}

export function outputsOf(taped: readonly Fed<Kinded>[]): readonly Output[] {
  // What a graph gives out under this name is an output.
  return taped.flatMap(({ event }) => (event.kind === 'output' ? [event as Output] : []));
}
