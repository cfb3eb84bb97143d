import { setTimeout } from 'node:timers/promises';
import type { Broker, LogRecord, TopicPartition } from '../../../pipeline/broker/index.ts';
import type { Config } from '../../../pipeline/config/index.ts';
import { framedLength } from '../../../pipeline/registry/index.ts';
import { readTopics } from '../../../pipeline/replay/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { topics } from '../../../schemas/topics.ts';
import type { Watch } from './watch.ts';

export interface Drained {
  readonly isDrained: boolean;
  readonly published: number;
  readonly accounted: number;
}

/** Without anything accounted for this long, nothing moves any more. */
const stuckMs = 240_000;
const lookEveryMs = 1_000;

/**
 * Waits until every alert has its outcome and every occurrence its last word, or until nothing moves. An occurrence has it
 * when everything is complete up to the death of the last cell that it can reach.
 */
export async function drain(
  broker: Broker,
  { dedupe }: Config,
  { watch, say }: { readonly watch: Watch; readonly say: (line: string) => void },
): Promise<Drained> {
  const published = await watch.published();
  const closedAt = (await lastRecordAt(broker)) + longestOpenMs(dedupe);
  let last = { accounted: -1, complete: -1, at: Date.now() };
  for (;;) {
    const { accounted } = watch;
    const complete = Math.min(closedAt, await completeIn(broker));
    const isClosed = accounted >= published && complete === closedAt;
    if (isClosed && (await hasCaughtUp(broker, 'tocsin-relate', topics.reduced.name)))
      return { isDrained: true, published, accounted };
    if (accounted !== last.accounted || complete !== last.complete) {
      last = { accounted, complete, at: Date.now() };
      say(
        `${accounted} of ${published} accounted for, ${(closedAt - complete) / 1_000} s to the last window's end`,
      );
    }
    if (Date.now() - last.at > stuckMs) return { isDrained: false, published, accounted };
    await setTimeout(lookEveryMs);
  }
}

/** An alert speaks for a window; a resolve may come that much later for what is over; both are rounded up to cells. */
function longestOpenMs({ windowMs, resolveReachMs, latenessMs, graceMs }: Config['dedupe']): number {
  return 3 * windowMs + Math.ceil(resolveReachMs / windowMs) * windowMs + latenessMs + graceMs;
}

/** Whether a group has committed everything that the log held when it was asked. */
async function hasCaughtUp(broker: Broker, group: string, topic: string): Promise<boolean> {
  for (const { place, high } of await endsOf(broker, topic)) {
    for (let tries = 10; await isBehind(broker, group, { ...place, high }); tries -= 1) {
      if (tries === 0) return false;
      await setTimeout(lookEveryMs / 2);
    }
  }
  return true;
}

/** Offsets of transaction markers and aborted records are nobody's to handle: what counts is whether records are left. */
async function isBehind(
  broker: Broker,
  group: string,
  { high, ...place }: TopicPartition & { readonly high: number },
): Promise<boolean> {
  const committed = (await broker.admin.committed(group, place))?.offset ?? 0;
  let left = 0;
  if (committed < high)
    await broker.read({ ...place, from: committed, to: high }, (records) => {
      left += records.length;
    });
  return left > 0;
}

/** Waits until the warehouse graph has stored everything that the output topics hold; nobody may write to them meanwhile. */
export async function untilStored(broker: Broker): Promise<void> {
  for (const topic of readTopics)
    while (!(await hasCaughtUp(broker, 'tocsin-warehouse', topics[topic].name)))
      await setTimeout(lookEveryMs);
}

async function lastRecordAt(broker: Broker): Promise<number> {
  let last = 0;
  for (const { place, high } of await endsOf(broker, topics.raw.name)) {
    await broker.read({ ...place, from: Math.max(0, high - 1), to: high }, (records) => {
      for (const { timestamp } of records) last = Math.max(last, timestamp);
    });
  }
  return last;
}

/** Up to when everything has arrived, as the newest heartbeats in the first reduced partition say; 0 before all have claimed. */
async function completeIn(broker: Broker): Promise<number> {
  const place = { topic: topics.reduced.name, partition: 0 };
  const { high } = await broker.admin.watermarks(place);
  const claims = new Map<number, number>();
  let shards = 1;
  const note = ({ value }: LogRecord) => {
    const reduced = codecs.reduced.decode(value ?? new Uint8Array(), framedLength);
    if (reduced.kind !== 'heartbeat') return;
    shards = reduced.shards;
    claims.set(reduced.shard, Math.max(claims.get(reduced.shard) ?? 0, reduced.complete));
  };
  await broker.read({ ...place, from: Math.max(0, high - 2_000), to: high }, (records) =>
    records.forEach(note),
  );
  return claims.size < shards ? 0 : Math.min(...claims.values());
}

async function endsOf(
  broker: Broker,
  topic: string,
): Promise<readonly { readonly place: TopicPartition; readonly high: number }[]> {
  const partitions = await broker.admin.partitions(topic);
  const places = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
  return Promise.all(
    places.map(async (place) => ({ place, high: (await broker.admin.watermarks(place)).high })),
  );
}

/** Waits until the REDUCE shards of all raw partitions have an owner that claims. Rejects when they do not in `withinMs`. */
export async function untilRunning(broker: Broker, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while ((await completeIn(broker)) === 0) {
    if (Date.now() > deadline) throw new Error(`the workers do not run after ${withinMs} ms: see their logs`);
    await setTimeout(lookEveryMs);
  }
}
