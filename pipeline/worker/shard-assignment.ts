import type { Kinded } from '../../operators/operator.ts';
import type { Batch, Consumer } from '../broker/index.ts';
import type { Graph } from '../graphs.ts';

/** What a shard's runner is opened with: its graph, its place, and the consumer that feeds it. */
export interface ShardAssignment<Event extends Kinded> {
  readonly graph: Graph<Event>;
  readonly partition: number;
  readonly epoch: number;
  readonly consumer: Consumer;
  /** Makes everything ready that a synchronous step cannot wait for (schemas that are not known yet). */
  readonly prepare: (batch: Batch) => Promise<void>;
}
