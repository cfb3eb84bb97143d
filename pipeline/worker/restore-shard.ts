import type { Kinded } from '../../operators/operator.ts';
import { TocsinError } from '../../schemas/errors.ts';
import type { CommittedOffset, TopicPartition } from '../broker/index.ts';
import type { Graph } from '../graphs.ts';
import type { Shard } from '../shard/index.ts';
import { type Foothold, parseFoothold, parsePlace, readSnapshot } from '../snapshot/index.ts';
import type { CheckpointMark, Fenced } from '../state/index.ts';
import type { ShardSurroundings } from './ports.ts';
import type { Sender } from './sender.ts';
import { startOf } from './start-of.ts';

/** A shard that is ours, and where it goes on. */
export interface Restored {
  readonly fenced: Fenced;
  /** Next offset to read. */
  readonly position: number;
  /** Outputs of records below were acknowledged (exactly-once: committed) before, and are not sent again; null for none. */
  readonly mutedUntil: number | null;
  readonly foothold: Foothold;
}

export interface Restoring<Event extends Kinded> {
  readonly shard: Shard<Event>;
  readonly graph: Graph<Event>;
  readonly place: TopicPartition;
  readonly sender: Sender;
  /** Sent in transactions: what is committed says which outputs are there. */
  readonly isTransactional: boolean;
  readonly around: ShardSurroundings;
}

/**
 * Takes a shard and brings it to where its stored state ends (protocol.md ACQUIRE 2-6). Rejects with `state.fenced`,
 * `broker.fenced` when somebody else takes it meanwhile, with `state.beyond-log`, `state.beyond-commit` when state, log
 * and group do not belong together.
 */
export async function restoreShard<Event extends Kinded>(restoring: Restoring<Event>): Promise<Restored> {
  const { graph, place, around } = restoring;
  const fenced = await around.ports.state.fence({ graph: graph.name, partition: place.partition });
  // Taken behind the fence of the state: an older owner can send and commit no more when we look (H10).
  const committed =
    restoring.isTransactional || fenced.checkpoint === null
      ? await restoring.sender.take(fenced.lease)
      : null;
  if (fenced.checkpoint === null) return { fenced, ...(await rebuild(restoring, committed)) };
  return { fenced, ...(await load(restoring, fenced, { committed, mark: fenced.checkpoint })) };
}

type Start = Omit<Restored, 'fenced'>;

async function load<Event extends Kinded>(
  { shard, place, isTransactional, around }: Restoring<Event>,
  { lease }: Fenced,
  { committed, mark }: { readonly committed: CommittedOffset | null; readonly mark: CheckpointMark },
): Promise<Start> {
  const committedTo = committed?.offset ?? 0;
  if (isTransactional && committedTo < mark.offset) throw beyondCommit(place, committedTo, mark.offset);
  // Loaded only behind the fence: nobody else can store any more (H9).
  for await (const rows of around.ports.state.load(lease)) shard.restore(rows);
  shard.restored();
  // The offset that is stored with the state, never the group's, which lags behind it (H6).
  const position = await startOf(place, mark.offset, around);
  const mutedUntil = Math.max(mark.mutedUntil ?? 0, isTransactional ? committedTo : 0);
  const foothold = { from: mark.from, snapshot: parsePlace(mark.snapshot), at: 0 };
  return { position, mutedUntil: mutedUntil > position ? mutedUntil : null, foothold };
}

/**
 * A shard that was never stored, or whose stored state is lost (protocol.md RECOVER). What it said before is not said
 * again: outputs are muted up to what the group has committed, and never further (H20).
 */
async function rebuild<Event extends Kinded>(
  { shard, graph, place, around }: Restoring<Event>,
  committed: CommittedOffset | null,
): Promise<Start> {
  if (committed === null) {
    const position = await startOf(place, null, around);
    return { position, mutedUntil: null, foothold: { from: position, snapshot: null, at: 0 } };
  }
  const name = `${place.topic}/${place.partition}`;
  await startOf(place, committed.offset, around);
  const foothold = await stepOnto(parseFoothold(committed.metadata), { shard, graph, place, around });
  const { low } = await around.ports.broker.admin.watermarks(place);
  const isWhole = foothold !== null && foothold.from >= low;
  if (!isWhole) around.onTrouble('state-incomplete', `${name} is rebuilt from what its log still holds`);
  const found = foothold ?? { from: low, snapshot: null, at: 0 };
  const position = Math.max(found.from, low);
  // A shard that was stored before its first record has said nothing yet.
  const isBehind = committed.offset > position;
  if (isBehind) around.onTrouble('state-lost', `${name} is rebuilt up to offset ${committed.offset}`);
  return { position, mutedUntil: isBehind ? committed.offset : null, foothold: found };
}

/** Puts the state of a foothold's snapshot into the shard; null when there is nothing to stand on. */
async function stepOnto<Event extends Kinded>(
  foothold: Foothold | null,
  { shard, graph, place, around }: Pick<Restoring<Event>, 'shard' | 'graph' | 'place' | 'around'>,
): Promise<Foothold | null> {
  if (foothold === null) return null;
  if (foothold.snapshot === null) {
    // Decisions are repeated as they were made, by the log's own clock.
    if (graph.states === 'facts') shard.setClock(foothold.at);
    return foothold;
  }
  const snapshot = await readSnapshot(around.ports.broker, around.decoders.snapshots, {
    ...foothold.snapshot,
    partition: place.partition,
  });
  if (snapshot === null || snapshot.offset !== foothold.from) return null;
  shard.restore(snapshot.rows);
  shard.restored();
  return foothold;
}

function beyondCommit({ topic, partition }: TopicPartition, committed: number, stored: number): TocsinError {
  const detail = `${topic}/${partition} is committed up to ${committed}, its shard is stored as of ${stored}`;
  return new TocsinError('state.beyond-commit', detail);
}
