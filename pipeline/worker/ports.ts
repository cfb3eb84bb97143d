import type { Assigned } from '../../operators/events.ts';
import type { Broker } from '../broker/index.ts';
import type { StateStore } from '../state/index.ts';
import type { Clock } from '../time/index.ts';
import type { SinkEvent } from '../warehouse/index.ts';
import type { SchemaIds } from './outbox.ts';
import type { OwnDecoders } from './own-decoders.ts';

/** The neighbours of a worker; every one of them has an embedded and a real form. */
export interface Ports {
  readonly broker: Broker;
  readonly state: StateStore;
  readonly clock: Clock;
}

export interface WorkerSettings {
  /** A REDUCE shard states at least this often up to when its log is complete. */
  readonly heartbeatMs: number;
  /** How far the broker's clock may step back (protocol.md H17). */
  readonly clockSlackMs: number;
  /** A REDUCE shard without records for this long states what it holds of open cells. */
  readonly flushIdleMs: number;
  readonly checkpointEveryMs: number;
  /** A shard that has so many changed rows while its last checkpoint is under way takes in no more. */
  readonly maxChangedRows: number;
  /** Rows of a checkpoint that are encoded between two batches. */
  readonly rowsEncodedAtOnce?: number;
  /** Timers of a shard that fire in one go, and records that RELATE takes; others have a turn before the next ones. */
  readonly stepsAtOnce?: number;
  /** How often RELATE writes what a lost state is rebuilt from; 0 for never. */
  readonly snapshotEveryMs: number;
  /** Sooner when a rebuild would have to work through so many records. */
  readonly snapshotEveryRecords: number;
  /** Default `block`: what cannot be worked on waits in the log. `shed`: REDUCE puts it into the overflow topic. */
  readonly overload?: 'block' | 'shed';
  readonly shedLagRecords?: number;
  /** Dead letters among the records of a REDUCE shard above which it stops, 0 to 1; default 1, which is never. */
  readonly maxDeadLetterShare?: number;
  /** Records over which that share is taken. */
  readonly deadLetterWindow?: number;
  readonly batchRecords: number;
  readonly batchBytes: number;
  /** The same for raw records, each of which is a matter of microseconds; as the others unless given. */
  readonly rawBatchRecords?: number;
  readonly rawBatchBytes?: number;
}

export const deliveries = ['effectively-once', 'exactly-once'] as const;
/** `exactly-once`: RELATE's outputs and offsets leave in Kafka transactions. */
export type Delivery = (typeof deliveries)[number];

/** Something is wrong that does not stop the worker; `code` is a stable word for logs. */
export type OnTrouble = (code: Trouble, detail: string) => void;

export type Trouble =
  | 'control-undecodable'
  | 'control-too-large'
  | 'records-lost'
  | 'shard-lost'
  | 'shard-waits'
  | 'shard-full'
  | 'dead-letters-stopped'
  | 'shedding'
  | 'state-away'
  | 'state-lost'
  | 'state-incomplete'
  | 'offset-uncommitted'
  | 'snapshot-failed'
  | `warehouse-${Exclude<SinkEvent['kind'], 'stored'>}`;

/** Told after a shard has stepped the records of a batch: how many, and the wall time of the stepping alone. */
export type OnStepped = (graph: string, records: number, ms: number) => void;

/** What a worker's shards need beside their graph. */
export interface ShardSurroundings {
  readonly ports: Ports;
  readonly settings: WorkerSettings;
  /** Name of this process among all workers. */
  readonly instance: string;
  readonly delivery: Delivery;
  readonly schemaIds: SchemaIds;
  readonly decoders: OwnDecoders;
  readonly rawPartitions: number;
  readonly reducedPartitions: number;
  readonly onAssigned: ((assigned: Assigned, shard: number) => void) | null;
  readonly onTrouble: OnTrouble;
  readonly onStepped?: OnStepped;
}
