import type { EmbeddedBroker, Producer } from '../broker/index.ts';
import type { Put } from './put.ts';

/** Records put in before it is seen to that they have been worked on: the log is memory, and must not fill up. */
const maxInFlight = 4_096;

/** Puts records into the log of an embedded broker, no faster than the worker takes them out. */
export function throttled(producer: Producer, broker: Pick<EmbeddedBroker, 'idle'>): Put {
  let inFlight = 0;
  /** What everybody waits for who finds the log full. */
  let emptied: Promise<void> | null = null;
  const emptying = (): Promise<void> => {
    emptied ??= broker.idle().then(() => {
      inFlight = 0;
      emptied = null;
    });
    return emptied;
  };
  return async (record) => {
    while (inFlight >= maxInFlight) await emptying();
    inFlight += 1;
    await producer.send([record]);
  };
}
