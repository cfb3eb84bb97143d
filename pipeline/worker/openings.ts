import type { Kinded } from '../../operators/operator.ts';
import type { Producer, TopicPartition } from '../broker/index.ts';
import { SnapshotWriter } from '../snapshot/index.ts';
import { PlainSender } from './plain-sender.ts';
import type { ShardSurroundings } from './ports.ts';
import type { Restored } from './restore-shard.ts';
import type { Sender } from './sender.ts';
import type { ShardAssignment } from './shard-assignment.ts';
import { TransactionalSender } from './transactional-sender.ts';

/** The way out for a shard's outputs, by the delivery mode of its graph. */
export function senderFor<Event extends Kinded>(
  { graph, consumer, isTransactional }: ShardAssignment<Event>,
  place: TopicPartition,
  { ports, onTrouble }: ShardSurroundings,
): Sender {
  const { broker, clock } = ports;
  if (isTransactional) return new TransactionalSender({ broker, place, group: graph.group, clock });
  return new PlainSender({
    ...{ broker, place, consumer },
    onUncommitted: (error) => onTrouble('offset-uncommitted', error.message),
  });
}

/** Null for a graph of facts: its shards are rebuilt from their log alone. */
export function snapshotWriterFor<Event extends Kinded>(
  { graph, partition }: ShardAssignment<Event>,
  { ports, settings, schemaIds, onTrouble }: ShardSurroundings,
  { producer, fenced, foothold }: { readonly producer: Producer } & Pick<Restored, 'fenced' | 'foothold'>,
): SnapshotWriter | null {
  if (graph.states === 'facts') return null;
  const { epoch, nonce } = fenced.lease;
  const target = {
    ...{ producer, partition, schemaId: schemaIds.snapshots, clock: ports.clock },
    everyMs: settings.snapshotEveryMs,
    everyRecords: settings.snapshotEveryRecords,
    name: `${epoch}:${nonce}`,
    onFailure: (error: unknown) => onTrouble('snapshot-failed', String(error)),
  };
  return new SnapshotWriter(target, foothold);
}
