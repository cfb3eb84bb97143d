/**
 * Publishes alerts at a steady rate whatever becomes of them (open loop), in a process of its own:
 * tsx bench/latency/pace.ts '{"brokers":["127.0.0.1:9092"],"rawSchema":1,"perSecond":10000,"seconds":60}'
 * Each alert is observed at the time at which it was due, so that a delay of this process counts as latency too.
 */
import { setTimeout } from 'node:timers/promises';
import { KafkaBroker, type ProduceRecord } from '../../pipeline/broker/index.ts';
import { topics } from '../../schemas/topics.ts';
import { encoderOf, identityOf, loadOf, Workload } from '../peers/workload.ts';

export interface PaceOrder {
  readonly brokers: readonly string[];
  readonly rawSchema: number;
  readonly perSecond: number;
  readonly seconds: number;
}

const order = JSON.parse(process.argv[2] ?? '{}') as PaceOrder;
const { perSecond, seconds } = order;
const alerts = perSecond * seconds;
const broker = new KafkaBroker({ brokers: order.brokers, clientId: 'bench-pace' });
const producer = broker.producer();
const encode = encoderOf('avro', order.rawSchema);
/** The ten alerts of an identity come within five seconds, so that nine of ten are repeats soon after the start. */
const live = Math.max(1, perSecond / 2);
const source = new Workload({ ...loadOf('storm', alerts, Date.now()), live }).draw();
const startsAt = Date.now() + 500;

function next(index: number): ProduceRecord {
  const { value: drawn, done } = source.next();
  if (done === true) throw new Error('the load is over');
  const dueAt = startsAt + Math.floor((index * 1_000) / perSecond);
  const { alert } = drawn;
  const value = encode({ ...alert, observedAt: dueAt, id: String(dueAt) });
  return { topic: topics.raw.name, key: Buffer.from(identityOf(alert)), value };
}

/** Sends under way; nobody waits for one before the next. */
const underWay = new Set<Promise<unknown>>();
let failures = 0;
for (let sent = 0; sent < alerts; ) {
  const due = Math.min(alerts, Math.floor(((Date.now() - startsAt) * perSecond) / 1_000));
  if (due > sent) {
    const from = sent;
    const records = Array.from({ length: due - sent }, (_, i) => next(from + i));
    sent = due;
    const one = producer
      .send(records)
      .catch(() => {
        failures += records.length;
      })
      .finally(() => underWay.delete(one));
    underWay.add(one);
  }
  await setTimeout(1);
}
await Promise.all(underWay);
await broker.close();
process.stdout.write(`${JSON.stringify({ alerts, failures })}\n`);
