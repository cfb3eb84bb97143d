import type { EmbeddedBroker, Producer } from '../broker/index.ts';
import type { VirtualClock } from '../time/index.ts';
import type { Worker } from '../worker/index.ts';
import type { Arrivals } from './input.ts';

export interface DriverOptions {
  readonly worker: Worker;
  readonly broker: EmbeddedBroker;
  readonly producer: Producer;
  readonly clock: VirtualClock;
  readonly topic: string;
  readonly partitions: number;
  /** Virtual time moves on a grid this wide; it bounds how far a record's arrival may lie after its own time. */
  readonly tickMs: number;
  /** Most records that are in the broker and not yet processed. */
  readonly maxInFlight: number;
  /** Called before the clock moves to a tick; false ends the run there. */
  readonly onTick: (tick: number) => Promise<boolean>;
}

/**
 * Drives a worker through an input in virtual time: each tick puts in every record up to the tick, waits until
 * everything that follows from them has happened, and only then lets the clock reach the tick. Where nothing happens
 * the clock jumps to the next record or timer. After the last record it goes on until no timer is left, so that every
 * window closes.
 */
export async function drive(input: Arrivals, options: DriverOptions): Promise<void> {
  const { clock, tickMs } = options;
  let next = 0;
  for (;;) {
    const due = nextInstant(input, next, options.worker);
    if (due === null) return;
    const tick = Math.max(Math.floor(due / tickMs) + 1, Math.floor(clock.now() / tickMs) + 1) * tickMs;
    if (!(await options.onTick(tick))) return;
    next = await feed(input, next, { ...options, tick });
    clock.advanceTo(tick);
    await options.worker.beat();
    await options.broker.idle();
  }
}

function nextInstant(input: Arrivals, next: number, worker: Worker): number | null {
  const timer = worker.nextDue();
  if (next >= input.length) return timer;
  const { at } = input.at(next);
  return timer === null ? at : Math.min(at, timer);
}

/** Puts in the records before the tick, in portions, the clock at the newest of each portion. */
async function feed(
  input: Arrivals,
  first: number,
  options: DriverOptions & { readonly tick: number },
): Promise<number> {
  const { producer, broker, clock, topic, partitions, tick, maxInFlight } = options;
  let next = first;
  while (next < input.length) {
    const records = [];
    let newest = clock.now();
    for (; next < input.length && records.length < maxInFlight; next += 1) {
      const { at, value, headers } = input.at(next);
      if (at >= tick) break;
      newest = Math.max(newest, at);
      const partition = next % partitions;
      records.push({ topic, partition, key: null, value, timestamp: newest, ...(headers && { headers }) });
    }
    if (records.length === 0) return next;
    clock.advanceTo(newest);
    await producer.send(records);
    await broker.idle();
  }
  return next;
}
