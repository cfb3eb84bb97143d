import { settle } from '../embedded.ts';
import type { Neighbours, Opened } from '../neighbours/index.ts';
import { alertsIn } from '../replay/index.ts';
import { countedOutcomes, type Log } from '../telemetry/index.ts';
import type { Clock } from '../time/index.ts';
import type { Worker } from '../worker/index.ts';

export interface Stopping {
  readonly worker: Pick<Worker, 'stop' | 'drop' | 'counts' | 'held' | 'store'>;
  readonly neighbours: Pick<Neighbours, 'embeddedBroker'>;
  /** Everything else that is open. */
  readonly opened: Opened;
  readonly log: Log;
  readonly clock: Clock;
  /** How long all of it may take. */
  readonly budgetMs: number;
}

/** How long what is in a log of this process may be worked on at the end. Longer means that the warehouse is away. */
const lastWorkMs = 10_000;

/** Of the budget. The rest is for leaving the groups when the worker had to be dropped: others go on at once then. */
const workersShare = 0.8;

/**
 * Lets go of everything: finishes what is in hand, stores and commits it, leaves the groups. When a neighbour keeps it
 * from that for too long, everything is dropped as in a crash, which loses nothing: it only costs the next owner a replay.
 * Never rejects; false when it was dropped.
 */
export async function stopInOrder(stopping: Stopping): Promise<boolean> {
  const { worker, opened, log, clock, budgetMs } = stopping;
  const startedAt = clock.now();
  const failures: string[] = [];
  const by = (shareOfBudget: number, act: () => Promise<void>): Promise<boolean> =>
    within(startedAt + budgetMs * shareOfBudget - clock.now(), clock, act).catch((error: unknown) => {
      failures.push(error instanceof Error ? error.message : String(error));
      return false;
    });
  const isStopped = await by(workersShare, () => stopWorker(stopping));
  if (!isStopped) worker.drop();
  const isClosed = await by(1, () => opened.close());
  if (isStopped && isClosed) log.info('stopped', booksOf(stopping));
  else log.warn('stop-cut', { budgetMs, failures, ...booksOf(stopping) });
  return isStopped && isClosed;
}

async function stopWorker({ worker, neighbours, clock, budgetMs }: Stopping): Promise<void> {
  const { embeddedBroker: broker } = neighbours;
  // Of a log that ends with this process nothing may be left; any other one is there for the next owner.
  if (broker !== null)
    await within(Math.min(lastWorkMs, budgetMs / 2), clock, () => settle({ broker }, worker));
  await worker.stop();
}

/** Whether it was done in time. Rejects as `act` does. */
async function within(ms: number, clock: Clock, act: () => Promise<void>): Promise<boolean> {
  let forget = (): void => {};
  const expired = new Promise<false>((resolve) => {
    forget = clock.schedule(clock.now() + ms, () => resolve(false));
  });
  const done = act().then(() => true as const);
  // What fails after its time has nobody left to hear of it.
  done.catch(() => undefined);
  return Promise.race([done, expired]).finally(() => forget());
}

/** What became of the alerts. On a log of this process those without an outcome are in occurrences that were still open. */
function booksOf({ worker, neighbours }: Stopping): object {
  const counts = worker.counts();
  const entered = alertsIn(counts);
  const outcomes = countedOutcomes.map((outcome) => [outcome, counts.outcomes[outcome]] as const);
  const books = { entered, ...Object.fromEntries(outcomes) };
  // Elsewhere alerts that entered before, or at others, have their outcomes here.
  if (neighbours.embeddedBroker === null) return books;
  return { ...books, undecided: outcomes.reduce((left, [, count]) => left - count, entered) };
}
