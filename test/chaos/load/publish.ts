import { setTimeout } from 'node:timers/promises';
import type { Broker, ProduceRecord } from '../../../pipeline/broker/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { sourceAtPace } from './alert-source.ts';

export interface PublishOptions {
  readonly seed: number;
  readonly alerts: number;
  readonly perSecond: number;
  readonly rawSchema: number;
  /** Called about every second. */
  readonly onProgress: (published: number) => void;
}

const tickMs = 50;
/** What was held up by an outage is not published all at once. */
const mostAtOnce = 2_000;

/**
 * Publishes seeded alerts without keys at a steady rate. What the broker does not acknowledge is sent again, so the log may
 * hold some twice: the log is what counts.
 */
export async function publish(broker: Broker, options: PublishOptions): Promise<void> {
  const { seed, alerts, perSecond, rawSchema, onProgress } = options;
  const source = sourceAtPace(seed, { perSecond, seconds: alerts / perSecond });
  const producer = broker.producer();
  const startedAt = Date.now();
  let published = 0;
  let toldAt = startedAt;
  while (published < alerts) {
    const due = Math.min(alerts, Math.ceil(((Date.now() - startedAt) / 1_000) * perSecond));
    const count = Math.min(mostAtOnce, due - published);
    const at = Date.now();
    const records = Array.from({ length: Math.max(0, count) }, (): ProduceRecord => {
      return { topic: topics.raw.name, key: null, value: source.next()(rawSchema, at) };
    });
    await sendUntilTaken(() => producer.send(records));
    published += records.length;
    if (Date.now() - toldAt >= 1_000 || published === alerts) {
      toldAt = Date.now();
      onProgress(published);
    }
    if (count < mostAtOnce) await setTimeout(tickMs);
  }
  await producer.close();
}

async function sendUntilTaken(send: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await send();
      return;
    } catch {
      await setTimeout(500);
    }
  }
}
