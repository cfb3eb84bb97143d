import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/** The release whose insides this folder knows. */
export const knownVersion = '2.2.4';

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

/**
 * Stops a timer that kafkajs 2.2.4 arms every millisecond for each connection, whether or not anything is pending: 4–5 % of
 * a core, and a TimeoutNegativeWarning on Node 24. A queue with nothing pending needs no check; `push` arms the timer when
 * it queues something. Does nothing to other versions, nor a second time.
 */
export function calmRequestQueues(): void {
  if (kafkajsVersion() !== knownVersion) return;
  const { prototype }: { prototype: RequestQueue } = load('kafkajs/src/network/requestQueue');
  const schedule = prototype.scheduleCheckPendingRequests;
  if (schedule.name === calm) return;
  Object.defineProperty(prototype, 'scheduleCheckPendingRequests', {
    configurable: true,
    value: {
      [calm](this: RequestQueue): void {
        if (this.pending.length > 0) schedule.call(this);
      },
    }[calm],
  });
}

const calm = 'scheduleWhenPending';

export function kafkajsVersion(): string {
  const { version }: { version: string } = load('kafkajs/package.json');
  return version;
}
