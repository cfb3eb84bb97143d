import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import type { ReduceEvent } from '../../operators/events.ts';
import type { LogRecord } from '../../pipeline/broker/index.ts';
import { ConfigTree } from '../../pipeline/config/index.ts';
import type { RowChange } from '../../pipeline/state/index.ts';
import { cpuUs } from '../harness/cpu.ts';
import { Workload, windowMs } from '../peers/workload.ts';
import { draw } from './load.ts';
import { next, recordsOf, recordsPerBatch, take } from './logs.ts';
import { type BenchShard, reduceShard } from './step-shard.ts';

export interface StateOrder {
  /** Identities that the shard holds, each of which fires in the same five minutes. */
  readonly keys: number;
  /** Alerts that are measured, drawn from them evenly. */
  readonly alerts: number;
}

export interface StateFound {
  /** µs of CPU per alert, each of a known key. */
  readonly usPerAlert: number;
  readonly rssMiB: number;
  /** Longest collection that stopped the thread, and longest batch of 500 alerts, garbage and all. */
  readonly longestGcMs: number;
  readonly longestBatchMs: number;
  /** Taking what changed, in one tick. */
  readonly checkpointMs: number;
  readonly checkpointRows: number;
  /** µs of CPU per row put back into an empty shard. */
  readonly restoreUsPerRow: number;
  readonly restoreMs: number;
  /** The step with which the five minutes are over: each key states its final count. */
  readonly cellEndMs: number;
}

const startsAt = Date.UTC(2026, 0, 5);
/** All keys have come by then; the same five minutes go on. */
const filledAt = startsAt + windowMs / 4;
/** Records between two checkpoints while it fills up, as a worker would take them. */
const recordsPerCheckpoint = 50_000;
const rowsPerChunk = 1_000;

export async function measure(order: StateOrder): Promise<StateFound> {
  const reduce = reduceShard(ConfigTree.parse({}), 'encoded');
  fill(reduce, order.keys);
  const { warming, measured } = repeats(order);
  stepAll(reduce, warming);
  const steady = await watchPauses(() => stepAll(reduce, measured));
  const rssMiB = process.memoryUsage.rss() / 2 ** 20;
  const { ms: checkpointMs, found: changes } = timed(() => [...reduce.shard.takeChanges()]);
  const checkpoint = { checkpointMs, checkpointRows: changes.length };
  return {
    ...{ usPerAlert: steady.found.us / order.alerts, rssMiB, ...checkpoint },
    ...{ longestGcMs: steady.longestGcMs, longestBatchMs: steady.found.longestBatchMs },
    ...restoreCost(reduce),
    cellEndMs: timed(() => reduce.step([afterCell(order)])).ms,
  };
}

function fill(reduce: BenchShard<ReduceEvent>, keys: number): void {
  const load = {
    ...{ identities: keys, sightings: 1, atOnce: 1_000, roundMs: filledAt - startsAt, perRound: keys },
    ...({ order: 'by service', tenants: 8, startsAt } as const),
  };
  const log = recordsOf(draw(load), 'avro');
  for (let left = keys; left > 0; left -= recordsPerCheckpoint) {
    reduce.step(take(log, Math.min(left, recordsPerCheckpoint)));
    Array.from(reduce.shard.takeChanges());
  }
}

function repeats({ keys, alerts }: StateOrder) {
  const partMs = windowMs / 4;
  const options = { alerts, live: keys, alertsPerNewcomer: null, msPerAlert: partMs / alerts };
  const part = (number: number) => {
    const load = new Workload({ ...options, seed: number, startsAt: filledAt + number * partMs });
    return recordsOf(load.draw(), 'avro', keys + number * alerts);
  };
  return { warming: part(0), measured: part(1) };
}

interface Stepped {
  readonly us: number;
  readonly longestBatchMs: number;
}

/** Records are made as they are needed, so that they do not fill the memory; making them is not measured. */
function stepAll(reduce: BenchShard<ReduceEvent>, log: Iterator<LogRecord>): Stepped {
  let us = 0;
  let longestBatchMs = 0;
  for (let batch = upTo(log, recordsPerBatch); batch.length > 0; batch = upTo(log, recordsPerBatch)) {
    const { ms, found } = timed(() => reduce.step(batch));
    us += found;
    longestBatchMs = Math.max(longestBatchMs, ms);
  }
  return { us, longestBatchMs };
}

function upTo(log: Iterator<LogRecord>, count: number): readonly LogRecord[] {
  const records: LogRecord[] = [];
  while (records.length < count) {
    const { done, value } = log.next();
    if (done === true) break;
    records.push(value);
  }
  return records;
}

async function watchPauses<Found>(
  work: () => Found,
): Promise<{ readonly found: Found; readonly longestGcMs: number }> {
  let longestGcMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestGcMs = Math.max(longestGcMs, duration);
  });
  observer.observe({ entryTypes: ['gc'] });
  const found = work();
  // Entries arrive when the thread comes to rest.
  await setImmediate();
  await setImmediate();
  observer.disconnect();
  return { found, longestGcMs };
}

/** From rows as a store would bring them, a thousand at a time; encoding them is not measured. */
function restoreCost({ shard }: BenchShard<ReduceEvent>): Pick<StateFound, 'restoreMs' | 'restoreUsPerRow'> {
  const restored = reduceShard(ConfigTree.parse({}), 'encoded').shard;
  let rows = 0;
  let us = 0;
  const restore = (chunk: readonly RowChange[]) => {
    const startedAt = cpuUs();
    restored.restore(chunk);
    us += cpuUs() - startedAt;
    rows += chunk.length;
  };
  let chunk: RowChange[] = [];
  for (const row of shard.rows()) {
    chunk.push(row);
    if (chunk.length < rowsPerChunk) continue;
    restore(chunk);
    chunk = [];
  }
  restore(chunk);
  const startedAt = cpuUs();
  restored.restored();
  us += cpuUs() - startedAt;
  return { restoreMs: us / 1_000, restoreUsPerRow: us / rows };
}

/** An alert of the next five minutes but one: everything of the first is over. */
function afterCell({ keys, alerts }: StateOrder): LogRecord {
  const load = { seed: 2, alerts: 1, live: 1, alertsPerNewcomer: null, msPerAlert: 1 };
  const one = new Workload({ ...load, startsAt: startsAt + 2 * windowMs });
  return next(recordsOf(one.draw(), 'avro', keys + 2 * alerts));
}

function timed<Found>(work: () => Found): { readonly ms: number; readonly found: Found } {
  const startedAt = performance.now();
  const found = work();
  return { ms: performance.now() - startedAt, found };
}
