import type { Assigned } from '../../operators/events.ts';
import { TocsinError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';
import type { LogRecord } from '../broker/index.ts';
import { type Embedded, openEmbedded } from '../embedded.ts';
import { VirtualClock } from '../time/index.ts';
import type { OperatorConfigs } from '../topology.ts';
import { type GraphName, Worker, type WorkerOptions, type WorkerSettings } from '../worker/index.ts';
import { drive } from './driver.ts';
import type { Arrivals } from './input.ts';
import { type ReadTopic, readOutputs, type Seen } from './output-reader.ts';

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
}

/** Who looks on while a run goes. */
export interface Observers {
  /** Output topics to read. */
  readonly read: readonly ReadTopic[];
  readonly onSeen: (seen: Seen) => void;
  readonly onDeadLetter?: (record: LogRecord) => void;
  readonly onAssigned: (assigned: Assigned, shard: number) => void;
  /** Called before the clock moves to `tick`; may wait (pacing). False ends the run early. */
  readonly onTick?: (tick: number) => Promise<boolean>;
}

/** A worker on embedded neighbours in virtual time: the same graphs as anywhere. Replay and demo look at one each. */
export interface VirtualRun {
  readonly worker: Worker;
  /** Feeds all arrivals and goes on until every window is closed. */
  drive(arrivals: Arrivals): Promise<void>;
  close(): Promise<void>;
}

/** Records that may be in the broker and not yet processed; bounds memory, costs no speed above a few batches. */
const maxInFlight = 4_096;

export async function openVirtualRun(options: VirtualRunOptions, observers: Observers): Promise<VirtualRun> {
  const clock = new VirtualClock();
  const embedded = await openEmbedded({ ...options, clock, retain: 'consumed', arrival: 'event' });
  const trouble: { failure: Error | null } = { failure: null };
  const worker = await openWorker(options, { clock, embedded, trouble, onAssigned: observers.onAssigned });
  const reader = await readOutputs(embedded.broker, observers.read, {
    value: observers.onSeen,
    failure: (error) => {
      trouble.failure ??= error;
    },
    ...(observers.onDeadLetter === undefined ? {} : { deadLetter: observers.onDeadLetter }),
  });
  await worker.start();
  return {
    worker,
    drive: (arrivals) =>
      drive(arrivals, {
        worker,
        clock,
        maxInFlight,
        broker: embedded.broker,
        producer: embedded.broker.producer(),
        topic: topics.raw.name,
        partitions: options.rawPartitions,
        tickMs: options.tickMs,
        onTick: async (tick) => {
          if (trouble.failure !== null) throw trouble.failure;
          return observers.onTick === undefined || observers.onTick(tick);
        },
      }),
    close: async () => {
      await worker.stop();
      await reader.stop();
      await embedded.broker.close();
    },
  };
}

interface Inside {
  readonly clock: VirtualClock;
  readonly embedded: Embedded;
  readonly trouble: { failure: Error | null };
  readonly onAssigned: Observers['onAssigned'];
}

function openWorker(options: VirtualRunOptions, inside: Inside): Promise<Worker> {
  const { clock, embedded, trouble, onAssigned } = inside;
  return Worker.open({
    ...options,
    instance: 'embedded',
    // Where each alert went is what a replay is asked for, and what its identity check counts.
    operators: { ...options.operators, dedupe: { ...options.operators.dedupe, traceAssignments: true } },
    ports: { broker: embedded.broker, state: embedded.state, clock },
    registry: embedded.registry,
    rawDecoder: embedded.rawDecoder,
    onAssigned,
    onFailure: (error) => {
      trouble.failure ??= error;
    },
    onTrouble: (code, detail) => {
      trouble.failure ??= new TocsinError('invariant.broken', `${code}: ${detail}`);
    },
  });
}
