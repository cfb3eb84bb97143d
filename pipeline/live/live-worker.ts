import type { Config } from '../config/index.ts';
import { Opened, openNeighbours } from '../neighbours/index.ts';
import { SystemClock } from '../time/index.ts';
import type { Worker } from '../worker/index.ts';
import { type Failure, failureOf } from './failure.ts';
import type { Reachable } from './front.ts';
import { Intake } from './intake.ts';
import { openWorker } from './open-worker.ts';
import { printOutputs } from './print-outputs.ts';
import { stopInOrder } from './stop-in-order.ts';
import type { LiveOptions, Outside, Surroundings } from './surroundings.ts';
import { Troubles } from './troubles.ts';
import { watch } from './watch.ts';

/** A worker in wall time on the neighbours of its configuration, with the doors that a process has. */
export interface LiveWorker extends Reachable {
  /** Rejects when the worker cannot go on; never resolves. */
  readonly failed: Promise<never>;
  /** Stops everything in order, within `worker.stopWithinMs`; false when that did not do and it was dropped. */
  stop(): Promise<boolean>;
}

/** Rejects with what refuses the worker, or with what it waited for in vain; everything opened is closed then. */
export async function openLiveWorker(
  config: Config,
  options: LiveOptions,
  outside: Outside,
): Promise<LiveWorker> {
  const { log, interrupted, onWait } = outside;
  const clock = new SystemClock();
  const neighbours = await openNeighbours(config, { clock, log, onWait, signal: interrupted });
  const opened = new Opened();
  opened.add(() => neighbours.close());
  return opened.orClose(() => open({ ...outside, config, options, clock, neighbours, opened }));
}

async function open(around: Surroundings): Promise<LiveWorker> {
  const { log, config, neighbours, opened, clock } = around;
  const failure = failureOf(log);
  const troubles = new Troubles(log);
  const events = { onFailure: failure.fail, onTrouble: troubles.note };
  const { worker, store } = await openWorker(around, events);
  await printOutputs(around, worker, events);
  await started(worker, failure, around);
  worker.keepTime();
  const intake = await Intake.open({ ...neighbours, clock });
  const budgetMs = config.worker.stopWithinMs;
  return {
    ...watch({ worker, store, troubles }, around),
    ingest: (value, headers) => intake.alerts(value, headers),
    control: (control) => intake.control(control),
    failed: failure.failed,
    stop: () => stopInOrder({ worker, opened, neighbours, log, clock, budgetMs }),
  };
}

/** Joining a group waits for a broker that went away meanwhile; an interruption does not wait with it. */
async function started(worker: Worker, failure: Failure, { interrupted }: Surroundings): Promise<void> {
  const cut = new Promise<never>((_, reject) => {
    const cutNow = (): void => reject(interrupted.reason);
    if (interrupted.aborted) cutNow();
    else interrupted.addEventListener('abort', cutNow, { once: true });
  });
  // After the start nobody waits for it any more.
  cut.catch(() => undefined);
  try {
    await Promise.race([worker.start(), failure.failed, cut]);
  } catch (error) {
    worker.drop();
    throw error;
  }
}
