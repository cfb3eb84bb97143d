import type { EmbeddedBroker, ProduceRecord, Producer } from '../broker/index.ts';
import type { VirtualClock } from '../time/index.ts';
import type { Worker } from '../worker/index.ts';
import type { Arrivals } from './input.ts';
import { partitionOf } from './raw-places.ts';

export interface DriverOptions {
  readonly worker: Pick<Worker, 'nextDue' | 'beat'>;
  readonly broker: Pick<EmbeddedBroker, 'idle'>;
  readonly producer: Pick<Producer, 'send'>;
  readonly clock: VirtualClock;
  readonly topic: string;
  readonly partitions: number;
  /** Virtual time moves on a grid this wide; it bounds how far a record's arrival may lie after its own time. */
  readonly tickMs: number;
  /** Most records that are in the broker and not yet processed. */
  readonly maxInFlight: number;
  /** Called before the clock moves to a tick, with the records put in so far; false ends the run there. */
  readonly onTick: (tick: number, fed: number) => Promise<boolean>;
}

/**
 * Drives a worker through an input in virtual time: each tick puts in every record up to the tick, waits until
 * everything that follows from them has happened, and only then lets the clock reach the tick. Where nothing happens
 * the clock jumps to the next record or timer. After the last record it goes on until no timer is left, so that every
 * window closes. Resolves with false when `onTick` ended it before.
 */
export async function drive(input: Arrivals, options: DriverOptions): Promise<boolean> {
  const { clock, tickMs } = options;
  let next = 0;
  for (;;) {
    const due = nextInstant(input, next, options.worker);
    if (due === null) return true;
    const tick = (Math.floor(Math.max(due, clock.now()) / tickMs) + 1) * tickMs;
    if (!(await options.onTick(tick, next))) return false;
    next = await feed(input, { next, tick }, options);
    clock.advanceTo(tick);
    await options.worker.beat();
    await options.broker.idle();
  }
}

function nextInstant(input: Arrivals, next: number, worker: DriverOptions['worker']): number | null {
  const timer = worker.nextDue();
  if (next >= input.length) return timer;
  const { at } = input.at(next);
  return timer === null ? at : Math.min(at, timer);
}

/** Puts in the records before the tick, in portions, the clock at the newest of each; returns what comes next. */
async function feed(
  input: Arrivals,
  from: { readonly next: number; readonly tick: number },
  options: DriverOptions,
): Promise<number> {
  const { producer, broker, clock, maxInFlight, topic, partitions } = options;
  let { next } = from;
  for (;;) {
    const until = Math.min(input.length, next + maxInFlight);
    const records: ProduceRecord[] = [];
    let timestamp = clock.now();
    for (; next < until; next += 1) {
      const { at, value, headers = noHeaders } = input.at(next);
      if (at >= from.tick) break;
      // What ordering by time already promises holds for any input: arrival times never go back.
      timestamp = Math.max(at, timestamp);
      records.push({ topic, partition: partitionOf(next, partitions), key: null, value, timestamp, headers });
    }
    if (records.length === 0) return next;
    clock.advanceTo(timestamp);
    await producer.send(records);
    await broker.idle();
  }
}

const noHeaders = {};
