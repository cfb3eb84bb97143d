import { TocsinError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';
import type { Broker } from '../broker/index.ts';
import { type Installation, refusalOf, type ShardId, type StateStore } from '../state/index.ts';
import type { Log } from '../telemetry/index.ts';
import type { Delivery } from '../worker/index.ts';
import { type MadeAnew, madeAnew, refusalOfAnew } from './topics-made-anew.ts';

export interface Claiming {
  readonly state: StateStore;
  readonly broker: Broker;
  readonly installation: Installation;
  readonly delivery: Delivery;
  /** The operator gives stored state up where it does not belong to this log; otherwise it is refused. */
  readonly acceptsReset: boolean;
  readonly log: Log;
}

/**
 * Sees to it that the stored state is that of this log, cut into the same shards. Rejects with `state.other-log`,
 * `state.other-topic` or `state.other-partitions`; with `acceptsReset` such state is discarded instead, all of it, and so
 * is state that is ahead of its log or its group. The shards are rebuilt then from what the log still holds. A shard that
 * is damaged is discarded alone, and rebuilt as one whose state is lost. Topics that still speak of the records of one that
 * was made anew are refused in any case.
 */
export async function claimState(claiming: Claiming): Promise<void> {
  const { state, installation, acceptsReset, log } = claiming;
  const anew = await madeAnewSince(claiming);
  const isAnew = anew.topics.length > 0;
  if (anew.stale.length > 0 || (isAnew && !acceptsReset)) throw refusalOfAnew(anew);
  if (!acceptsReset) return state.claim(installation);
  await discardDamaged(claiming);
  const misfit = isAnew ? refusalOfAnew(anew).message : await misfitOf(claiming);
  // Forced: a note that cannot be read is written anew.
  if (misfit === null) return state.claim(installation, { isForced: true });
  log.warn('state-given-up', { reason: misfit });
  await giveUp(claiming, isAnew);
  // Last: a reset that is cut short is refused again, and repeated.
  await state.claim(installation, { isForced: true });
}

/** What has become of the topics since the state was stored; in another cluster there are others of the same names. */
async function madeAnewSince({ state, installation }: Claiming): Promise<MadeAnew> {
  const claimed = await state.claimed();
  const isSameCluster = claimed?.clusterId === installation.clusterId;
  return madeAnew(isSameCluster ? claimed.topicIds : {}, installation.topicIds);
}

/** The shards of one graph: their name, the log that they read, and who reads it. */
interface Shards {
  readonly graph: string;
  readonly group: string;
  readonly topic: string;
  readonly partitions: number;
}

function shardsOf({ rawPartitions, reducedPartitions }: Installation): readonly Shards[] {
  return [
    { graph: 'reduce', group: 'tocsin-reduce', topic: topics.raw.name, partitions: rawPartitions },
    { graph: 'relate', group: 'tocsin-relate', topic: topics.reduced.name, partitions: reducedPartitions },
  ];
}

/** Forgets the shards of which something was taken away, behind a fence like any new owner's. */
async function discardDamaged({ state, installation, log }: Claiming): Promise<void> {
  for (const { graph, partitions } of shardsOf(installation)) {
    for (let partition = 0; partition < partitions; partition += 1) {
      const shard = { graph, partition };
      const damage = await damageOf(state, shard);
      if (damage === null) continue;
      log.warn('state-given-up', { reason: damage });
      await state.discard(await state.fence(shard, { isForced: true }));
    }
  }
}

/** What of a shard was taken away, in words; null when all is there. */
async function damageOf(state: StateStore, shard: ShardId): Promise<string | null> {
  try {
    const { lease } = await state.fence(shard);
    // The first rows come after the last commit is merged, which finds out what is missing of it.
    for await (const _ of state.load(lease)) break;
    return null;
  } catch (error) {
    if (error instanceof TocsinError && error.code === 'state.damaged') return error.detail;
    throw error;
  }
}

/** Why the stored state cannot be gone on with, in words; null when it can. Takes all shards to look at them. */
async function misfitOf(claiming: Claiming): Promise<string | null> {
  const { state, installation } = claiming;
  const claimed = await state.claimed();
  const refusal = claimed === null ? null : refusalOf(claimed, installation);
  if (refusal !== null) return refusal.message;
  for (const shards of shardsOf(installation)) {
    for (let partition = 0; partition < shards.partitions; partition += 1) {
      const misfit = await misfitOfShard(claiming, shards, partition);
      if (misfit !== null) return misfit;
    }
  }
  return null;
}

async function misfitOfShard(
  { state, broker, delivery }: Claiming,
  { graph, group, topic }: Shards,
  partition: number,
): Promise<string | null> {
  const place = { topic, partition };
  const { high } = await broker.admin.watermarks(place);
  const committed = (await broker.admin.committed(group, place))?.offset ?? 0;
  const stored = (await state.fence({ graph, partition })).checkpoint?.offset ?? 0;
  const name = `${topic}/${partition}`;
  if (stored > high) return `${name} ends at ${high}, its shard is stored as of ${stored}`;
  if (committed > high) return `${name} ends at ${high}, ${group} has committed ${committed}`;
  const isBeyondCommit = graph === 'relate' && delivery === 'exactly-once' && stored > committed;
  return isBeyondCommit ? `${group} has committed ${committed} of ${name}, stored is ${stored}` : null;
}

/** Discards every shard that was or is, and the offsets of groups that do not belong to their log. */
async function giveUp(claiming: Claiming, isAnew: boolean): Promise<void> {
  const { state, installation } = claiming;
  const claimed = await state.claimed();
  const both = [...shardsOf(installation), ...(claimed === null ? [] : shardsOf(claimed))];
  for (const { graph, partitions } of both) {
    for (let partition = 0; partition < partitions; partition += 1)
      await state.discard(await state.fence({ graph, partition }, { isForced: true }));
  }
  for (const shards of shardsOf(installation)) {
    // Of RELATE's log too, which goes with the other: nothing of it has been worked on.
    if (isAnew) await claiming.broker.admin.deleteGroup(shards.group);
    else await forgetOffsetsAhead(claiming, shards);
  }
}

async function forgetOffsetsAhead({ broker }: Claiming, { group, topic, partitions }: Shards): Promise<void> {
  const { admin } = broker;
  for (let partition = 0; partition < partitions; partition += 1) {
    const place = { topic, partition };
    const { high } = await admin.watermarks(place);
    if (((await admin.committed(group, place))?.offset ?? 0) > high) return admin.deleteGroup(group);
  }
}
