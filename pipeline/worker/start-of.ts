import { TocsinError } from '../../schemas/errors.ts';
import type { TopicPartition } from '../broker/index.ts';
import type { ShardSurroundings } from './ports.ts';

/**
 * Where a shard's reading starts: at the offset stored with its state, or at the log's first record for a shard that was
 * never stored. Records that the log has lost meanwhile are an alarm. Throws `state.beyond-log` when the log ends before
 * the stored offset: it is not the log that the state was computed from.
 */
export async function startOf(
  place: TopicPartition,
  stored: number | null,
  { ports, onTrouble }: Pick<ShardSurroundings, 'ports' | 'onTrouble'>,
): Promise<number> {
  const { low, high } = await ports.broker.admin.watermarks(place);
  if (stored === null) return low;
  const name = `${place.topic}/${place.partition}`;
  if (stored > high)
    throw new TocsinError('state.beyond-log', `${name} ends at ${high}, its shard is stored as of ${stored}`);
  if (stored >= low) return stored;
  onTrouble('records-lost', `${name} begins at ${low}, its shard is stored as of ${stored}`);
  return low;
}
