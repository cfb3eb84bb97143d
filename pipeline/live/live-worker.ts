import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { toJson } from '../../schemas/json/index.ts';
import { topics } from '../../schemas/topics.ts';
import type { Consumer } from '../broker/index.ts';
import type { Config } from '../config/index.ts';
import { type Neighbours, Opened, openNeighbours, patiently } from '../neighbours/index.ts';
import { alertsIn, type ReadTopic, readOutputs } from '../replay/index.ts';
import type { Log } from '../telemetry/index.ts';
import { type Clock, SystemClock } from '../time/index.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { type GraphName, Worker, type WorkerSettings } from '../worker/index.ts';
import { checkTopics } from './check-topics.ts';
import { DeadLetterLog } from './dead-letter-log.ts';
import { type Failure, failureOf } from './failure.ts';
import type { Reachable } from './front.ts';
import { Intake } from './intake.ts';
import { observedBroker } from './observed-broker.ts';
import { stopInOrder } from './stop-in-order.ts';

export interface LiveOptions {
  readonly graphs: readonly GraphName[];
  /** Output topics printed as NDJSON. */
  readonly print: readonly ReadTopic[];
}

export interface Outside {
  readonly log: Log;
  /** Takes lines of data. */
  readonly out: { write(text: string): unknown };
  /** Aborted when the process is told to end, which it may be while it still waits for neighbours. */
  readonly interrupted: AbortSignal;
}

/** A worker in wall time on the neighbours of its configuration, with the doors that a process has. */
export interface LiveWorker extends Reachable {
  /** Rejects when the worker cannot go on; never resolves. */
  readonly failed: Promise<never>;
  /** Stops everything in order, within `worker.stopWithinMs`; false when that did not do and it was dropped. */
  stop(): Promise<boolean>;
}

/** Rejects with what refuses the worker, or with what it waited for in vain; everything opened is closed then. */
export async function openLiveWorker(
  config: Config,
  options: LiveOptions,
  outside: Outside,
): Promise<LiveWorker> {
  const { log, interrupted } = outside;
  const clock = new SystemClock();
  const neighbours = await openNeighbours(config, { clock, log, signal: interrupted });
  const opened = new Opened();
  opened.add(() => neighbours.close());
  return opened.orClose(async () => {
    const parts = await openParts(config, options, { ...outside, neighbours, opened, clock });
    await started(parts, interrupted);
    parts.worker.keepTime();
    const reachable = reachableOf(parts.worker, await Intake.open({ ...neighbours, clock }));
    const { failed } = parts.failure;
    const budgetMs = config.worker.stopWithinMs;
    return {
      ...reachable,
      failed,
      stop: () => stopInOrder({ ...parts, opened, neighbours, log, clock, budgetMs }),
    };
  });
}

interface Surroundings extends Outside {
  readonly clock: Clock;
  readonly neighbours: Neighbours;
  readonly opened: Opened;
}

interface Parts {
  readonly worker: Worker;
  readonly failure: Failure;
}

async function openParts(
  config: Config,
  { graphs, print }: LiveOptions,
  around: Surroundings,
): Promise<Parts> {
  const { neighbours, opened, log, clock } = around;
  const { state, registry, rawDecoder, patience } = neighbours;
  await patiently('broker', () => checkTopics(neighbours.broker.admin), patience);
  const store = graphs.includes('warehouse') ? await openStore(config, around) : null;
  const failure = failureOf(log);
  const letters = new DeadLetterLog(log);
  const broker = observedBroker(neighbours.broker, (records) => {
    for (const record of records) if (record.topic === topics.deadLetters.name) letters.note(record);
  });
  const worker = await Worker.open({
    graphs,
    instance: instanceOf(neighbours),
    operators: config,
    delivery: config.delivery,
    settings: settingsOf(config, neighbours),
    ports: { broker, state, clock },
    ...{ registry, rawDecoder },
    ...(store === null ? {} : { warehouse: { store, config: config.warehouse.sink } }),
    onFailure: failure.fail,
    onTrouble: (code, detail) => log.warn(code, { detail }),
  });
  if (print.length > 0) {
    const reader = await readerOf(print, { ...around, fail: failure.fail });
    opened.add(() => reader.stop());
  }
  return { worker, failure };
}

/** A log in this process is lost with the state or not at all: nothing is ever rebuilt from it. */
function settingsOf({ worker }: Config, { embeddedBroker }: Neighbours): WorkerSettings {
  return embeddedBroker === null ? worker : { ...worker, snapshotEveryMs: 0 };
}

/** Loaded only when it takes part: the engine is large. */
async function openStore(
  { warehouse }: Config,
  { neighbours, opened, log }: Surroundings,
): Promise<Warehouse> {
  const { openWarehouse } = await import('../warehouse/index.ts');
  const say = (detail: string): void => log.warn('warehouse-in-memory', { detail });
  const store = await patiently('warehouse', () => openWarehouse(warehouse, say), neighbours.patience);
  opened.add(() => store.close());
  return store;
}

/** A cluster's topics are read from where they end now; the log in this process has just begun. */
function readerOf(
  print: readonly ReadTopic[],
  { neighbours, out, fail }: Surroundings & { readonly fail: (error: Error) => void },
): Promise<Consumer> {
  const { broker, embeddedBroker } = neighbours;
  const place = embeddedBroker === null ? { group: `tocsin-print-${randomUUID()}`, fromEnd: true } : {};
  return readOutputs(
    broker,
    print,
    { value: (seen) => out.write(`${toJson(seen.topic, seen.value)}\n`), failure: fail },
    place,
  );
}

/** Names this process among all workers: two of one name would share what each of them must read alone. */
function instanceOf({ embeddedBroker }: Neighbours): string {
  return embeddedBroker === null ? `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}` : 'embedded';
}

/** Joining a group waits for a broker that went away meanwhile; an interruption does not wait with it. */
async function started({ worker, failure }: Parts, interrupted: AbortSignal): Promise<void> {
  const starting = worker.start();
  const cut = new Promise<never>((_, reject) => {
    const cutNow = (): void => reject(interrupted.reason);
    if (interrupted.aborted) cutNow();
    else interrupted.addEventListener('abort', cutNow, { once: true });
  });
  try {
    await Promise.race([starting, failure.failed, cut]);
  } catch (error) {
    worker.drop();
    throw error;
  }
}

function reachableOf(worker: Worker, intake: Intake): Reachable {
  return {
    isReady: () => worker.isReady,
    measure: () => {
      const counts = worker.counts();
      return { ...counts, entered: alertsIn(counts), held: worker.held, isReady: worker.isReady };
    },
    ingest: (value, headers) => intake.alerts(value, headers),
    control: (control) => intake.control(control),
  };
}
