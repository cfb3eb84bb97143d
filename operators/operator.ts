import type { z } from 'zod';
import type { EventTimeMs } from '../schemas/brand.ts';
import type { Decision } from '../schemas/decision.ts';
import type { TableSpecs, TablesOf } from './table.ts';

/**
 * The two clocks of a shard, both from its own log. `at` moves with every record; everything up to `complete` has
 * arrived from all upstream shards. No decision reads another clock.
 */
export interface Time {
  readonly at: EventTimeMs;
  readonly complete: EventTimeMs;
}

/** Which clock a timer waits on: `wakeAt` waits for `at`, `closeAt` for `complete`. */
export type Clock = 'at' | 'complete';

/** What an operator says of a decision; the runtime adds stage and origin. */
export type DecisionDraft = Omit<Decision, 'stage' | 'origin'>;

export interface Kinded {
  readonly kind: string;
}

/** What a step may use: its config, its rows, what it derived from both, time, and the four things it can do. */
export interface Step<Config, Specs extends TableSpecs, Derived, Event extends Kinded> {
  readonly config: Config;
  readonly tables: TablesOf<Specs>;
  /** Indexes and caches over config and tables: rebuilt on restore, never stored. */
  readonly derived: Derived;
  readonly time: Time;
  /** Passes an event to the next operator, at once. */
  emit(event: Event): void;
  decide(decision: DecisionDraft): void;
  /**
   * Calls `onTimer` once for `key` when `time.at` reaches `at`; replaces an earlier wake of the same key, `null` takes
   * it back. A time that has passed fires before the next record.
   */
  wakeAt(key: string, at: EventTimeMs | null): void;
  /** The same on `time.complete`, with its own set of keys. */
  closeAt(key: string, complete: EventTimeMs | null): void;
}

export interface Timer {
  readonly key: string;
  readonly clock: Clock;
  /** The time that was asked for; it may lie before the clock's present value. */
  readonly due: EventTimeMs;
}

export type Handlers<S, Event extends Kinded> = {
  readonly [K in Event['kind']]?: (step: S, event: Extract<Event, { readonly kind: K }>) => void;
};

/**
 * An operator: a synchronous, deterministic function of config, tables, event and time. No clock, I/O, logger,
 * randomness or throw. Events of a kind without a handler pass through unchanged; a handled event goes on only if the
 * handler emits it.
 */
export interface Operator<Config, Specs extends TableSpecs, Derived, Event extends Kinded> {
  readonly name: string;
  readonly config: z.ZodType<Config>;
  readonly tables: Specs;
  /** Called once when a shard starts and again after a restore, with the tables as they are. */
  derive(config: Config, tables: TablesOf<Specs>): Derived;
  readonly on: Handlers<Step<Config, Specs, Derived, Event>, Event>;
  onTimer?(step: Step<Config, Specs, Derived, Event>, timer: Timer): void;
  /**
   * Lowest offset of the input that the rows held now depend on; null when there are none. Only for an operator whose rows
   * come out the same from a replay that begins there with none, whatever came before.
   */
  dependsFrom?(step: Step<Config, Specs, Derived, Event>): number | null;
}

/** States an operator and infers its types; it runs only where it is lifted into a graph. */
export function defineOperator<Event extends Kinded>() {
  return <Config, Specs extends TableSpecs, Derived>(
    operator: Operator<Config, Specs, Derived, Event>,
  ): Operator<Config, Specs, Derived, Event> => operator;
}

/** The step type of an operator, for the functions that its handlers are made of. */
export type StepOf<O> =
  O extends Operator<infer Config, infer Specs, infer Derived, infer Event>
    ? Step<Config, Specs, Derived, Event>
    : never;
