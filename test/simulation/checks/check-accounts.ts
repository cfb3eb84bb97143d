import { noOutcomes } from '../../../pipeline/shard/index.ts';
import { topics } from '../../../schemas/topics.ts';
import type { SimWorld } from '../sim-world.ts';
import { committedRecords, type Rerun } from './rerun.ts';
import { Uninterrupted } from './uninterrupted.ts';
import { differenceOf, type Violation } from './violation.ts';

/** Each alert that entered has one outcome. */
export function checkAccounts(world: SimWorld, reruns: readonly Rerun[]): Violation | null {
  const entered = world.story.raw.reduce((sum, { alerts }) => sum + alerts, 0);
  const sums = noOutcomes();
  for (const { shard } of reruns)
    for (const outcome of Object.keys(sums) as (keyof typeof sums)[])
      sums[outcome] += shard.outcomes[outcome];
  sums['dead-lettered'] = deadLetters(world);
  const accounted = sums.passed + sums.folded + sums.suppressed + sums['dead-lettered'];
  if (accounted === entered && sums.unknown === 0) return null;
  return { check: 'accounts', detail: `${entered} alerts entered, ${JSON.stringify(sums)}` };
}

/** Places of the raw topic that have a dead letter; after a crash there may be two of one. */
function deadLetters(world: SimWorld): number {
  const places = new Set<string>();
  for (const log of world.cluster.logs(topics.deadLetters.name))
    for (const { headers } of committedRecords(log)) {
      const parts = ['__connect.errors.partition', '__connect.errors.offset', 'tocsin.alert'];
      places.add(parts.map((name) => Buffer.from(headers[name] ?? []).toString()).join('/'));
    }
  return places.size;
}

/** The last word about each occurrence is that of an uninterrupted run over the same raw log. */
export function checkFinals(
  world: SimWorld,
  reruns: readonly Rerun[],
  span: { readonly start: number; readonly end: number },
): Violation | null {
  const found = reruns.flatMap(({ finals }) => finals.lines()).sort();
  const expected = new Uninterrupted(world).run(span.start, span.end);
  const difference = differenceOf(found, expected);
  return difference === null ? null : { check: 'final occurrences', detail: difference };
}

/** What a shard may still hold when everything is over: clocks, and what is learned over hours and days. */
const lastingTables = /^(?:\$clock|\$claims|\$config|score\.|correlate\.values|dedupe\.lateMarks)/;
const lastingTimers = /^at\/(?:score\/|correlate\/|suppress\/sweep:)/;

/** Windows close: nothing of an alert stays behind when workers are to stop. */
export function checkFloor(world: SimWorld, stoppingAt: number): Violation | null {
  const { rawPartitions, reducedPartitions } = world.profile;
  const shards = [
    ...Array.from({ length: rawPartitions }, (_, partition) => ({ graph: 'reduce', partition })),
    ...Array.from({ length: reducedPartitions }, (_, partition) => ({ graph: 'relate', partition })),
  ];
  for (const shard of shards) {
    const stored = world.stateServer.stored(shard);
    // An owner that was fenced, or whose newest checkpoint a failover lost, without knowing stored nothing at the end;
    // whoever follows comes to the same end.
    if (stored?.checkpoint?.isClean !== true || !world.watch.isNewest(shard, stored.checkpoint.seq)) continue;
    // Taken from one that could not store what it held at its end, by others that stopped before a beat closed windows.
    if ((world.watch.broughtBackAt(shard) ?? 0) > stoppingAt) continue;
    for (const [table, rows] of stored.tables)
      for (const key of rows.keys()) {
        const isLasting = table === '$timers' ? lastingTimers.test(key) : lastingTables.test(table);
        if (!isLasting)
          return { check: 'floor', detail: `${shard.graph}/${shard.partition} still holds ${table} ${key}` };
      }
  }
  return null;
}
