import type { Kinded } from '../../operators/operator.ts';
import type { Batch, Consumer } from '../broker/index.ts';
import type { Graph } from '../graphs.ts';

/** What a shard's runner is opened with: its graph, its place, and the consumer that feeds it. */
export interface ShardAssignment<Event extends Kinded> {
  readonly graph: Graph<Event>;
  readonly partition: number;
  readonly epoch: number;
  readonly consumer: Consumer;
  /** Outputs and offset leave in one transaction. */
  readonly isTransactional: boolean;
  /** Makes everything ready that a synchronous step cannot wait for (schemas that are not known yet). */
  readonly prepare: (batch: Batch) => Promise<void>;
  /** The instance is at its end for a reason that may pass; what is told here is its only word. */
  readonly onLost: (error: unknown) => Promise<void>;
}
