import { topics } from '../../../schemas/topics.ts';
import { outputTopics } from '../../support/outputs.ts';
import type { SimWorld } from '../sim-world.ts';
import type { Appeared } from './check-outputs.ts';
import type { Rerun } from './rerun.ts';
import { differenceOf, type Violation } from './violation.ts';

/** I1: at every moment all outputs below the stored offset are in the log; exactly-once: and below the committed one. */
export function checkInvariantOne(world: SimWorld, appeared: readonly Appeared[]): Violation | null {
  for (const { partition, offset, at, ends, committed } of world.watch.checkpoints) {
    for (const one of appeared) {
      if (one.partition !== partition) continue;
      const end = ends[outputTopics.indexOf(one.topic)] ?? 0;
      const early = one.expected.findIndex(
        (stated, index) =>
          stated.origin.offset < offset && (one.offsets[index] ?? Number.POSITIVE_INFINITY) >= end,
      );
      const stated = one.expected[early];
      if (stated === undefined) continue;
      const detail = `relate/${partition} was stored as of ${offset} at ${at} before (${stated.origin.offset}, ${stated.origin.n}) was in ${one.topic}`;
      return { check: 'checkpoint before acks', detail };
    }
    if (world.mode === 'exactly-once' && offset > committed)
      return {
        check: 'checkpoint before commit',
        detail: `relate/${partition} was stored as of ${offset}, its group stood at ${committed}`,
      };
  }
  return null;
}

/** I2, I4: what is stored is what the rerun holds at that offset, row by row. */
export function checkStoredState(world: SimWorld, rerun: Rerun, partition: number): Violation | null {
  const stored = world.stateServer.stored({ graph: 'relate', partition });
  const found: string[] = [];
  for (const [table, rows] of stored?.tables ?? [])
    for (const [key, value] of rows) found.push(`${table} ${key} ${Buffer.from(value).toString('base64')}`);
  const expected = [...rerun.shard.takeChanges()].flatMap(({ table, key, value }) =>
    value === null ? [] : [`${table} ${key} ${Buffer.from(value).toString('base64')}`],
  );
  const difference = differenceOf(found.sort(), expected.sort());
  if (difference === null) return null;
  return {
    check: 'stored state',
    detail: `relate/${partition} as of ${stored?.checkpoint?.offset}: ${difference}`,
  };
}

/** Where the checkpoint of a RELATE shard stands; 0 without one. */
export function storedOffset(world: SimWorld, partition: number): number {
  return world.stateServer.stored({ graph: 'relate', partition })?.checkpoint?.offset ?? 0;
}

export const reducedTopic = topics.reduced.name;
