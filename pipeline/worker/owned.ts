import type { TopicPartition } from '../broker/index.ts';
import type { WarehouseSink } from '../warehouse/index.ts';
import type { ShardRunner } from './shard-runner.ts';

/** A partition that this process works on, for those who watch it. */
export interface Owned extends TopicPartition {
  readonly graph: string;
  /** Next offset that is still to be worked on; of the warehouse graph, to be stored. */
  readonly handled: number;
  /** Its state is restored, and it takes records. */
  readonly isRunning: boolean;
  /** It takes none all the same: too many of them were dead letters. */
  readonly isBraked: boolean;
  /** Why it tries something over and over, where that is known; null while all is well. */
  readonly trouble: string | null;
  /** Why the state store does not take its state; null when nothing is known against it. */
  readonly refusal: string | null;
}

type Seen = Pick<
  ShardRunner<{ readonly kind: string }>,
  'graphName' | 'place' | 'handled' | 'isRunning' | 'isBraked' | 'refusal'
>;

export function ownedOf(
  shards: readonly Seen[],
  sink: Pick<WarehouseSink, 'stored'> | null,
): readonly Owned[] {
  return [
    ...shards.map(({ graphName, place, handled, isRunning, isBraked, refusal }) => ({
      graph: graphName,
      ...place,
      handled,
      isRunning,
      isBraked,
      trouble: null,
      refusal,
    })),
    ...(sink?.stored ?? []).map((place) => ({
      graph: 'warehouse',
      ...place,
      isRunning: true,
      isBraked: false,
      refusal: null,
    })),
  ];
}
