import { setTimeout } from 'node:timers/promises';
import { toJson } from '../../schemas/json/index.ts';
import type { Inside } from '../api/index.ts';
import type { Consumer } from '../broker/index.ts';
import type { Config } from '../config/index.ts';
import { type Embedded, openEmbedded, settle } from '../embedded.ts';
import { alertsIn, type ReadTopic, readOutputs } from '../replay/index.ts';
import { countedOutcomes, type Log, openMetrics } from '../telemetry/index.ts';
import { SystemClock } from '../time/index.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { type GraphName, Worker } from '../worker/index.ts';
import { DeadLetterLog } from './dead-letter-log.ts';
import { Intake } from './intake.ts';
import type { Io } from './io.ts';

export interface LiveOptions {
  readonly graphs: readonly GraphName[];
  /** Output topics printed on stdout as NDJSON. */
  readonly print: readonly ReadTopic[];
}

interface Outside {
  readonly log: Log;
  readonly io: Pick<Io, 'stdout'>;
}

/** A worker on embedded neighbours in wall time, with the doors that a process has. */
export interface LiveWorker {
  readonly inside: Inside;
  /** Rejects when the worker cannot go on; never resolves. */
  readonly failed: Promise<never>;
  /** Lets what is in the log be worked on and stored, for a while, then stops everything in order. */
  stop(): Promise<void>;
}

/** How long what is in the log may take at the end. Longer means that the warehouse is away. */
const lastWorkMs = 10_000;

export async function openLiveWorker(
  config: Config,
  options: LiveOptions,
  outside: Outside,
): Promise<LiveWorker> {
  const clock = new SystemClock();
  const { log } = outside;
  const embedded = await openEmbedded({ ...config.broker, clock, retain: 'committed', arrival: 'append' });
  const store = options.graphs.includes('warehouse') ? await openStore(config, log) : null;
  const failure = failureOf(log);
  const worker = await Worker.open({
    graphs: options.graphs,
    instance: 'embedded',
    operators: config,
    delivery: config.delivery,
    // Nothing here loses its state without losing its log.
    settings: { ...config.worker, snapshotEveryMs: 0 },
    ports: { broker: embedded.broker, state: embedded.state, clock },
    registry: embedded.registry,
    rawDecoder: embedded.rawDecoder,
    ...(store === null ? {} : { warehouse: { store, config: config.warehouse.sink } }),
    onFailure: failure.fail,
    onTrouble: (code, detail) => log.warn(code, { detail }),
  });
  const reader = await readerOf(embedded, options.print, { ...outside, fail: failure.fail });
  await worker.start();
  worker.keepTime();
  const inside = await insideOf(embedded, worker);
  return {
    failed: failure.failed,
    inside,
    stop: () => stopAll({ embedded, worker, reader, store, log }),
  };
}

function failureOf(log: Log) {
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = (error) => {
      log.error('failed', { message: error.message });
      reject(error);
    };
  });
  // Whoever waits for it gets it; nobody waiting is no reason to end the process unhandled.
  failed.catch(() => undefined);
  return { failed, fail };
}

/** Loaded only when it takes part: the engine is large. */
async function openStore(config: Config, log: Log): Promise<Warehouse> {
  const { openWarehouse } = await import('../warehouse/index.ts');
  return openWarehouse(config.warehouse, (detail) => log.warn('warehouse-in-memory', { detail }));
}

function readerOf(
  { broker }: Embedded,
  print: readonly ReadTopic[],
  { io, log, fail }: Outside & { readonly fail: (error: Error) => void },
): Promise<Consumer> {
  const letters = new DeadLetterLog(log);
  return readOutputs(broker, print, {
    value: (seen) => io.stdout.write(`${toJson(seen.topic, seen.value)}\n`),
    deadLetter: (record) => letters.note(record),
    failure: fail,
  });
}

async function insideOf(embedded: Embedded, worker: Worker): Promise<Inside> {
  const intake = await Intake.open(embedded);
  const metrics = openMetrics(() => {
    const counts = worker.counts();
    return { ...counts, entered: alertsIn(counts), held: worker.held, isReady: worker.isReady };
  });
  return {
    isReady: () => worker.isReady,
    now: Date.now,
    metrics: () => metrics.render(),
    ingest: (value, headers) => intake.alerts(value, headers),
    control: (control) => intake.control(control),
  };
}

interface Running {
  readonly embedded: Embedded;
  readonly worker: Worker;
  readonly reader: Consumer;
  readonly store: Warehouse | null;
  readonly log: Log;
}

async function stopAll({ embedded, worker, reader, store, log }: Running): Promise<void> {
  const patience = new AbortController();
  const given = setTimeout(lastWorkMs, undefined, { signal: patience.signal }).catch(() => undefined);
  await Promise.race([settle(embedded, worker), given]);
  patience.abort();
  await worker.stop();
  await reader.stop();
  await store?.close();
  log.info('stopped', booksOf(worker));
}

/** What became of the alerts; those without an outcome belong to occurrences that were still open. */
function booksOf(worker: Worker): object {
  const counts = worker.counts();
  const entered = alertsIn(counts);
  const outcomes = countedOutcomes.map((outcome) => [outcome, counts.outcomes[outcome]] as const);
  const undecided = outcomes.reduce((left, [, count]) => left - count, entered);
  return { entered, ...Object.fromEntries(outcomes), undecided };
}
