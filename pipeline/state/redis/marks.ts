import { TocsinError } from '../../../schemas/errors.ts';
import type { Checkpoint, CheckpointMark, Fenced, ShardId } from '../state.ts';

/** The newest layout of keys and fields that this version writes and reads. */
export const layout = '1';

/** What `fence` answers after its code, in the order of fence.lua. */
export function fencedOf(shard: ShardId, nonce: string, values: readonly Buffer[]): Fenced {
  const [
    epoch = '',
    seq = '',
    commitId = '',
    offset = '',
    from = '',
    mutedUntil = '',
    clean = '',
    snapshot = '',
  ] = values.map(String);
  const lease = { shard, epoch: Number(epoch), nonce };
  const checkpoint: CheckpointMark | null =
    commitId === ''
      ? null
      : {
          commitId,
          seq: Number(seq),
          offset: Number(offset),
          from: Number(from),
          mutedUntil: mutedUntil === '' ? null : Number(mutedUntil),
          isClean: clean === '1',
          snapshot,
        };
  return { lease, checkpoint };
}

/** ARGV 4 to 10 of commit.lua. */
export function markArguments({
  basedOn,
  seq,
  offset,
  from,
  mutedUntil,
  isClean,
  snapshot,
}: Checkpoint): string[] {
  const numbers = [seq, offset, from, mutedUntil ?? 0];
  // Lua and JavaScript share the limit: whole numbers below 2^53 are exact.
  if (!numbers.every(Number.isSafeInteger))
    throw new TocsinError('invariant.broken', `checkpoint of ${numbers.join(', ')}`);
  return [
    basedOn ?? '',
    String(seq),
    String(offset),
    String(from),
    mutedUntil === null ? '' : String(mutedUntil),
    isClean ? '1' : '0',
    snapshot,
  ];
}
