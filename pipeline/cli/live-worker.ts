import { toJson } from '../../schemas/json/index.ts';
import { topics } from '../../schemas/topics.ts';
import type { Inside } from '../api/index.ts';
import type { Broker, Consumer } from '../broker/index.ts';
import type { Config } from '../config/index.ts';
import { type Embedded, openEmbedded } from '../embedded.ts';
import { type ReadTopic, readOutputs } from '../replay/index.ts';
import { type Log, openMetrics } from '../telemetry/index.ts';
import { SystemClock } from '../time/index.ts';
import type { Warehouse } from '../warehouse/index.ts';
import { type GraphName, Worker, type WorkerCounts } from '../worker/index.ts';
import type { Io } from './io.ts';

export interface LiveOptions {
  readonly graphs: readonly GraphName[];
  /** Output topics printed on stdout as NDJSON. */
  readonly print: readonly ReadTopic[];
}

interface Outside {
  readonly log: Log;
  readonly io: Io;
}

/** A worker on embedded neighbours in wall time, with the doors that a process has. */
export interface LiveWorker {
  readonly inside: Inside;
  /** Rejects when the worker cannot go on; never resolves. */
  readonly failed: Promise<never>;
  counts(): WorkerCounts;
  /** Lets what is in the logs be processed, then stops everything in order. */
  stop(): Promise<void>;
}

export async function openLiveWorker(
  config: Config,
  options: LiveOptions,
  outside: Outside,
): Promise<LiveWorker> {
  const clock = new SystemClock();
  const embedded = await openEmbedded({ ...config.broker, clock, retain: 'committed', arrival: 'append' });
  const store = options.graphs.includes('warehouse') ? await openStore(config, outside.log) : null;
  const failure = failureOf(outside.log);
  const worker = await Worker.open({
    graphs: options.graphs,
    instance: 'embedded',
    operators: config,
    settings: config.worker,
    ports: { broker: embedded.broker, state: embedded.state, clock },
    registry: embedded.registry,
    rawDecoder: embedded.rawDecoder,
    ...(store === null ? {} : { warehouse: { store, config: config.warehouse.sink } }),
    onFailure: failure.fail,
    onTrouble: (code, detail) => outside.log.warn(code, { detail }),
  });
  const reader = await print(embedded.broker, options.print, { ...outside, fail: failure.fail });
  await worker.start();
  worker.keepTime();
  return {
    failed: failure.failed,
    inside: insideOf(embedded, worker),
    counts: () => worker.counts(),
    stop: async () => {
      await embedded.broker.idle();
      await worker.stop();
      await reader?.stop();
      await store?.close();
    },
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
  return openWarehouse(config.warehouse, (line) => log.warn('warehouse-in-memory', { detail: line }));
}

function insideOf({ broker }: Embedded, worker: Worker): Inside {
  const producer = broker.producer();
  const metrics = openMetrics(() => worker.counts());
  return {
    isReady: () => worker.counts().stages.length > 0,
    metrics: () => metrics.render(),
    ingest: async (value, headers) => {
      const encoded = Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]);
      await producer.send([
        { topic: topics.raw.name, key: null, value, headers: Object.fromEntries(encoded) },
      ]);
    },
  };
}

async function print(
  broker: Broker,
  read: readonly ReadTopic[],
  { io, fail }: { readonly io: Io; readonly fail: (error: Error) => void },
): Promise<Consumer | null> {
  if (read.length === 0) return null;
  return readOutputs(broker, read, {
    value: (seen) => io.stdout.write(`${toJson(seen.topic, seen.value)}\n`),
    failure: fail,
  });
}
