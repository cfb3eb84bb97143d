import { Observable, type OperatorFunction } from 'rxjs';
import type { EventTimeMs } from '../schemas/brand.ts';
import type { Clock, DecisionDraft, Handlers, Kinded, Operator, Step, Time, Timer } from './operator.ts';
import { Table, type TableSpec, type TableSpecs, type TablesOf } from './table.ts';

/** One operator as a shard sees it: what to store, what to rebuild, what to call when time has come. */
export interface Stage {
  readonly name: string;
  readonly tables: Readonly<
    Record<string, { readonly spec: TableSpec<unknown>; readonly table: Table<unknown> }>
  >;
  /** Rebuilds everything derived; the shard calls it after it restored the tables. */
  rederive(): void;
  fire(timer: Timer): void;
  /** See `Operator`; null too for an operator that does not say. */
  dependsFrom(): number | null;
}

/** What the shard gives to the operators it runs. */
export interface Host {
  readonly time: Time;
  register(stage: Stage): number;
  schedule(stage: number, clock: Clock, key: string, due: EventTimeMs | null): void;
  decide(stage: string, decision: DecisionDraft): void;
  /** Counts events in and out of a stage; must be cheap. */
  count(stage: number, direction: 'in' | 'out'): void;
}

/**
 * Lifts an operator into RxJS: the one place where table access, timers, counting and pass-through are added.
 * Synchronous: when `next` returns, everything downstream has happened. What an operator throws (it must not) comes out as
 * the error of the graph.
 */
export function lift<Config, Specs extends TableSpecs, Derived, Event extends Kinded>(
  operator: Operator<Config, Specs, Derived, Event>,
  config: Config,
  host: Host,
): OperatorFunction<Event, Event> {
  return (source) =>
    new Observable<Event>((subscriber) => {
      const tables = openTables(operator.tables);
      let number = -1;
      const step: Step<Config, Specs, Derived, Event> & { derived: Derived; time: Time } = {
        config,
        tables: mapTables<Specs>(tables),
        derived: operator.derive(config, mapTables<Specs>(tables)),
        time: host.time,
        emit: (event) => {
          host.count(number, 'out');
          subscriber.next(event);
        },
        decide: (decision) => host.decide(operator.name, decision),
        wakeAt: (key, at) => host.schedule(number, 'at', key, at),
        closeAt: (key, complete) => host.schedule(number, 'complete', key, complete),
      };
      number = host.register({
        name: operator.name,
        tables,
        rederive: () => {
          step.derived = operator.derive(config, step.tables);
        },
        fire: (timer) => {
          step.time = timer.clock === 'at' ? { at: timer.due, complete: host.time.complete } : host.time;
          try {
            operator.onTimer?.(step, timer);
          } catch (error) {
            subscriber.error(error);
          }
        },
        dependsFrom: () => operator.dependsFrom?.(step) ?? null,
      });
      const handlerOf = memorized(operator.on);
      return source.subscribe({
        next: (event) => {
          const handle = handlerOf(event.kind);
          if (handle === undefined) return subscriber.next(event);
          host.count(number, 'in');
          step.time = host.time;
          // The lookup by kind guarantees what the type system cannot follow through a computed key.
          try {
            (handle as (s: typeof step, e: Event) => void)(step, event);
          } catch (error) {
            // RxJS would throw it later, from a timer: whoever pushed the event would go on as if it had been handled.
            subscriber.error(error);
          }
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}

/** The handler of a kind of event; nearly always that of the event before, which is not looked up. */
function memorized<S, Event extends Kinded>(handlers: Handlers<S, Event>) {
  const byKind = new Map(Object.entries(handlers));
  let kind = '';
  let handler = byKind.get(kind);
  return (of: string) => {
    if (of !== kind) {
      kind = of;
      handler = byKind.get(of);
    }
    return handler;
  };
}

function openTables(specs: TableSpecs): Stage['tables'] {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [name, { spec, table: new Table<unknown>() }]),
  );
}

function mapTables<Specs extends TableSpecs>(opened: Stage['tables']): TablesOf<Specs> {
  const tables = Object.fromEntries(Object.entries(opened).map(([name, { table }]) => [name, table]));
  // `opened` was made from `Specs` key by key; only the row types are not carried through Object.entries.
  return tables as unknown as TablesOf<Specs>;
}
