import { TocsinError } from '../../../schemas/errors.ts';
import { topics } from '../../../schemas/topics.ts';
import type { SimWorld } from '../sim-world.ts';
import { checkAccounts, checkFinals, checkFloor } from './check-accounts.ts';
import { checkInvariantOne, checkStoredState, storedOffset } from './check-checkpoints.ts';
import { type Appeared, appearedOf, checkComplete } from './check-outputs.ts';
import { checkSinkProgress, checkWarehouse } from './check-warehouse.ts';
import { Rerun } from './rerun.ts';
import type { Violation } from './violation.ts';

/** What the logs held when everything was to be over, and when that was. */
export interface Ending {
  readonly start: number;
  readonly end: number;
  /** When workers were told to stop, everything having worked for long. */
  readonly stoppingAt: number;
  /** Ends of the reduced partitions. */
  readonly reduced: readonly number[];
  /** Ends of the output partitions, by lane. */
  readonly outputs: ReadonlyMap<string, number>;
  /** Workers that had not stopped when their time was up. */
  readonly hanging: readonly string[];
  readonly rejections: readonly unknown[];
}

/** All checks of a run that is over. */
export function verify(world: SimWorld, ending: Ending): Violation[] {
  const violations: Violation[] = [];
  const add = (violation: Violation | null): void => {
    if (violation !== null) violations.push(violation);
  };
  for (const violation of checkEnds(world, ending)) add(violation);
  const logs = world.cluster.logs(topics.reduced.name);
  const reruns = logs.map((log) => new Rerun(log, world.operators));
  const appeared: Appeared[] = [];
  for (const [partition, rerun] of reruns.entries()) {
    rerun.stepTo(storedOffset(world, partition));
    add(checkStoredState(world, rerun, partition));
    rerun.stepTo(Number.POSITIVE_INFINITY);
    const { disobeyed } = rerun.obedience;
    if (disobeyed !== null) add({ check: 'controls', detail: disobeyed });
    const found = appearedOf(world, rerun, partition, violations);
    for (const one of found) add(checkComplete(one, ending.reduced[partition] ?? 0));
    appeared.push(...found);
  }
  add(checkInvariantOne(world, appeared));
  add(checkAccounts(world, reruns));
  add(checkFinals(world, reruns, ending));
  add(checkFloor(world, ending.stoppingAt));
  add(checkSinkProgress(world, ending.outputs));
  add(checkWarehouse(world, appeared));
  return violations;
}

/** Nobody ended with a broken promise, or did not end. */
function checkEnds(world: SimWorld, { hanging, rejections }: Ending): Violation[] {
  const found: Violation[] = hanging.map((who) => ({ check: 'hangs', detail: `${who} does not stop` }));
  for (const error of rejections) found.push({ check: 'unhandled rejection', detail: textOf(error) });
  for (const { who, at, error } of world.fleet.exits)
    if (!(error instanceof TocsinError && error.isRetriable))
      found.push({ check: 'broken promise', detail: `${who} at ${at}: ${textOf(error)}` });
  return found;
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
