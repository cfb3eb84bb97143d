import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { max, sum } from 'simple-statistics';
import type { ReduceEvent } from '../../operators/events.ts';
import type { LogRecord } from '../../pipeline/broker/index.ts';
import { ConfigTree } from '../../pipeline/config/index.ts';
import type { RowChange } from '../../pipeline/state/index.ts';
import { usuallyAtOnce } from '../../pipeline/worker/portions.ts';
import { cpuUs } from '../harness/cpu.ts';
import { Workload, windowMs } from '../peers/workload.ts';
import { draw } from './load.ts';
import { next, recordsOf, recordsPerBatch, take } from './logs.ts';
import { Portions } from './portions.ts';
import { type BenchShard, recordsPerCheckpoint, reduceShard } from './step-shard.ts';

export interface StateOrder {
  /** Identities that the shard holds, each of which fires in the same five minutes. */
  readonly keys: number;
  /** Alerts that are measured, drawn from them evenly. */
  readonly alerts: number;
}

export interface StateFound {
  /**
   * µs of CPU per alert, each of a known key: with its share of the checkpoints, and of that what was encoded between batches.
   * A row that changes again before its turn is encoded within the batch (operators/capture.ts).
   */
  readonly usPerAlert: number;
  readonly checkpointUsPerAlert: number;
  readonly rssMiB: number;
  readonly longestGcMs: number;
  /** For so long nobody else had a turn: a batch of 500 alerts and a portion of a checkpoint, garbage and all. */
  readonly longestPauseMs: number;
  /** In the mean of those that were taken while alerts came. */
  readonly rowsPerCheckpoint: number;
  /** µs of CPU per row put back into an empty shard. */
  readonly restoreUsPerRow: number;
  readonly restoreMs: number;
  /** The record with which the five minutes are over: each key states its final count. */
  readonly cellEndMs: number;
  /** Of that, for so long nobody else had a turn. */
  readonly cellEndPauseMs: number;
}

type CellEnd = Pick<StateFound, 'cellEndMs' | 'cellEndPauseMs'>;

const startsAt = Date.UTC(2026, 0, 5);
/** All keys have come by then; the same five minutes go on. */
const filledAt = startsAt + windowMs / 4;
const rowsPerChunk = 1_000;

export async function measure(order: StateOrder): Promise<StateFound> {
  const reduce = reduceShard(configFor(order.keys), 'encoded', { leavesChanges: true });
  fill(reduce, order.keys);
  const { warming, measured } = repeats(order);
  const portions = new Portions(reduce.shard, recordsPerCheckpoint);
  // The warming leaves a checkpoint half taken, as the measured part does: its share of an alert is that of any time.
  stepAll(reduce, portions, warming);
  const before = { us: portions.us, rows: portions.rows, checkpoints: portions.checkpoints };
  const { found, longestGcMs } = await watchPauses(() => stepAll(reduce, portions, measured));
  const rssMiB = process.memoryUsage.rss() / 2 ** 20;
  const checkpointUs = portions.us - before.us;
  return {
    usPerAlert: (found.us + checkpointUs) / order.alerts,
    checkpointUsPerAlert: checkpointUs / order.alerts,
    rowsPerCheckpoint: (portions.rows - before.rows) / (portions.checkpoints - before.checkpoints),
    ...{ rssMiB, longestGcMs, longestPauseMs: found.longestPauseMs },
    ...restoreCost(reduce),
    ...endOfCell(reduce, afterCell(order)),
  };
}

/** In portions, as a worker does it, which sends what came of each. */
function endOfCell(reduce: BenchShard<ReduceEvent>, record: LogRecord): CellEnd {
  let isDone = false;
  const portion = (act: () => boolean): number =>
    timed(() => {
      isDone = act();
      reduce.takeOutputs();
    }).ms;
  const portions = [portion(() => reduce.shard.step(record, usuallyAtOnce))];
  while (!isDone) portions.push(portion(() => reduce.shard.goOn(usuallyAtOnce)));
  return { cellEndMs: sum(portions), cellEndPauseMs: max(portions) };
}

/** By default half a million heads are remembered, half of them for sure; who holds more says so (docs/capacity.md). */
function configFor(keys: number) {
  const cache = { maxHeads: 3 * keys, maxHeadBytes: 4 * 1_073_741_824 };
  return ConfigTree.parse(keys > 200_000 ? { normalize: { cache } } : {});
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
  /** µs of CPU for the steps alone. */
  readonly us: number;
  readonly longestPauseMs: number;
}

/** Records are made as they are needed, so that they do not fill the memory; making them is not measured. */
function stepAll(reduce: BenchShard<ReduceEvent>, portions: Portions, log: Iterator<LogRecord>): Stepped {
  let us = 0;
  let longestPauseMs = 0;
  for (let batch = upTo(log, recordsPerBatch); batch.length > 0; batch = upTo(log, recordsPerBatch)) {
    const { ms } = timed(() => {
      us += reduce.step(batch);
      portions.afterBatch(batch.length);
    });
    longestPauseMs = Math.max(longestPauseMs, ms);
  }
  return { us, longestPauseMs };
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
