import type { Assigned } from '../../operators/events.ts';
import { TocsinError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';
import type { LogRecord } from '../broker/index.ts';
import { type Embedded, openEmbedded, settle } from '../embedded.ts';
import { SystemClock, VirtualClock } from '../time/index.ts';
import type { OperatorConfigs } from '../topology.ts';
import {
  type GraphName,
  type OnStepped,
  Worker,
  type WorkerOptions,
  type WorkerSettings,
} from '../worker/index.ts';
import { drive } from './driver.ts';
import type { Arrivals } from './input.ts';
import { type ReadTopic, readOutputs, type Seen } from './output-reader.ts';
import { WarehouseGauge } from './warehouse-gauge.ts';

export interface VirtualRunOptions {
  readonly operators: OperatorConfigs;
  readonly settings: WorkerSettings;
  readonly graphs: readonly GraphName[];
  readonly rawPartitions: number;
  readonly reducedPartitions: number;
  /** Virtual time moves on a grid this wide. */
  readonly tickMs: number;
  /** Where the warehouse graph stores; needed only with that graph. The caller closes it. */
  readonly warehouse?: NonNullable<WorkerOptions['warehouse']>;
  /** Told when the warehouse does not take something and is tried again. Anything else that is wrong ends the run. */
  readonly onRetry?: (detail: string) => void;
}

/** Who looks on while a run goes. */
export interface Observers {
  /** Output topics to read. */
  readonly read: readonly ReadTopic[];
  readonly onSeen: (seen: Seen) => void;
  readonly onDeadLetter?: (record: LogRecord) => void;
  readonly onAssigned: (assigned: Assigned, shard: number) => void;
  readonly onStepped?: OnStepped;
  /** Called before the clock moves to `tick`, with the records put in so far; may wait (pacing). False ends the run. */
  readonly onTick?: (tick: number, fed: number) => Promise<boolean>;
}

/** A worker on embedded neighbours in virtual time: the same graphs as anywhere. Replay and demo look at one each. */
export interface VirtualRun {
  readonly worker: Worker;
  /**
   * Feeds all arrivals, goes on until every window is closed, and waits for the warehouse if it takes part. Resolves with
   * false when `onTick` ended it early. Rejects with what stopped the worker.
   */
  drive(arrivals: Arrivals): Promise<boolean>;
  close(): Promise<void>;
}

/** Records that may be in the broker and not yet processed; bounds memory, costs no speed above a few batches. */
const maxInFlight = 4_096;

export async function openVirtualRun(options: VirtualRunOptions, observers: Observers): Promise<VirtualRun> {
  const clock = new VirtualClock();
  const embedded = await openEmbedded({ ...options, clock, retain: 'consumed', arrival: 'event' });
  const trouble = new Trouble();
  const worker = await openWorker(options, { clock, embedded, trouble, observers });
  const reader = await readOutputs(embedded.broker, observers.read, {
    value: observers.onSeen,
    failure: trouble.fail,
    ...(observers.onDeadLetter === undefined ? {} : { deadLetter: observers.onDeadLetter }),
  });
  await worker.start();
  const gauge = gaugeOf(options, { embedded, trouble });
  return {
    worker,
    drive: async (arrivals) => {
      const isWhole = await drive(arrivals, {
        ...{ worker, clock, maxInFlight, tickMs: options.tickMs, partitions: options.rawPartitions },
        broker: embedded.broker,
        producer: embedded.broker.producer(),
        topic: topics.raw.name,
        onTick: async (tick, fed) => {
          trouble.check();
          await gauge?.keepUp();
          return observers.onTick === undefined || observers.onTick(tick, fed);
        },
      });
      trouble.check();
      if (isWhole) await settle(embedded, worker);
      trouble.check();
      return isWhole;
    },
    close: async () => {
      await worker.stop();
      await reader.stop();
      await embedded.broker.close();
    },
  };
}

/** Keeps the first thing that went wrong until somebody is there to throw it at. */
class Trouble {
  #failure: Error | null = null;

  readonly fail = (error: Error): void => {
    this.#failure ??= error;
  };

  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }
}

interface Inside {
  readonly clock: VirtualClock;
  readonly embedded: Embedded;
  readonly trouble: Trouble;
  readonly observers: Observers;
}

function openWorker(options: VirtualRunOptions, inside: Inside): Promise<Worker> {
  const { clock, embedded, trouble, observers } = inside;
  return Worker.open({
    ...options,
    // Nothing here loses its state without losing its log.
    settings: { ...options.settings, snapshotEveryMs: 0 },
    instance: 'embedded',
    // Where each alert went is what a replay is asked for, and what its identity check counts.
    operators: { ...options.operators, dedupe: { ...options.operators.dedupe, traceAssignments: true } },
    ports: { broker: embedded.broker, state: embedded.state, clock },
    registry: embedded.registry,
    rawDecoder: embedded.rawDecoder,
    onAssigned: observers.onAssigned,
    ...(observers.onStepped && { onStepped: observers.onStepped }),
    // It stores in wall time: virtual time stands still while somebody waits for it, and nobody mends it meanwhile.
    ...(options.warehouse && {
      warehouse: { ...options.warehouse, clock: new SystemClock(), endsWhenRefused: true },
    }),
    onFailure: trouble.fail,
    onTrouble: (code, detail) => {
      if (code === 'warehouse-retrying') options.onRetry?.(detail);
      // Nothing else is worth going on without: the neighbours are in this process, and nobody would try again. A shard
      // that waits for its own store goes on by itself.
      else if (code !== 'shard-full') trouble.fail(new TocsinError('invariant.broken', `${code}: ${detail}`));
    },
  });
}

function gaugeOf(
  { graphs, warehouse }: VirtualRunOptions,
  { embedded, trouble }: Pick<Inside, 'embedded' | 'trouble'>,
): WarehouseGauge | null {
  if (!graphs.includes('warehouse') || warehouse === undefined) return null;
  const { broker } = embedded;
  return new WarehouseGauge({ broker, config: warehouse.config, check: () => trouble.check() });
}
