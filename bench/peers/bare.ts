/**
 * The floor of the platform: kafkajs, avsc (or JSON.parse) and a Map, doing nothing but the dedupe. The first alert of an
 * identity in a window goes on as it came, the rest does not; outputs are acknowledged before offsets are committed.
 *
 * tsx bench/peers/bare.ts '{"brokers":["127.0.0.1:9092"],"from":"alerts.raw.v1","to":"bench.out","group":"bare","format":"avro","alerts":1000000}'
 * Prints what it took as one line of JSON and ends when it has read so many alerts.
 */
import kafkajs, { type EachBatchPayload, type Message } from 'kafkajs';
import { peakMiBOf } from '../pipeline/process-cpu.ts';
import type { PeerOrder, Taken } from './peer.ts';
import { PlainDedupe } from './plain-dedupe.ts';

const order = JSON.parse(process.argv[2] ?? '{}') as PeerOrder;
const dedupe = new PlainDedupe(order.format);
let alerts = 0;
let outputs = 0;
let startedAt = 0;
let half: Taken['half'] = { alerts: 0, cpuMs: 0, wallMs: 0 };

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

function noteProgress(records: number): void {
  alerts += records;
  if (half.alerts > 0 || alerts < order.alerts / 2) return;
  half = { alerts, cpuMs: cpuMs(), wallMs: performance.now() - startedAt };
}

const kafka = new kafkajs.Kafka({ brokers: [...order.brokers], logLevel: kafkajs.logLevel.NOTHING });
const producer = kafka.producer({ allowAutoTopicCreation: false });
const consumer = kafka.consumer({ groupId: order.group, maxWaitTimeInMs: 50 });

async function take({
  batch: { messages },
  resolveOffset,
  commitOffsetsIfNecessary,
}: EachBatchPayload): Promise<void> {
  if (startedAt === 0) startedAt = performance.now();
  const firsts: Message[] = [];
  for (const message of messages)
    if (dedupe.isFirst(message.value, Number(message.timestamp)))
      firsts.push({ key: message.key, value: message.value, timestamp: message.timestamp });
  if (firsts.length > 0) await producer.send({ topic: order.to, acks: -1, messages: firsts });
  outputs += firsts.length;
  const last = messages.at(-1);
  if (last !== undefined) resolveOffset(last.offset);
  await commitOffsetsIfNecessary();
  noteProgress(messages.length);
}

await producer.connect();
await consumer.connect();
await consumer.subscribe({ topics: [order.from], fromBeginning: true });
await new Promise<void>((resolve, reject) => {
  consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
  const run = consumer.run({
    autoCommitInterval: 1_000,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: order.partitions,
    eachBatch: async (payload) => {
      await take(payload);
      if (alerts >= order.alerts) resolve();
    },
  });
  run.catch(reject);
});
const wallMs = performance.now() - startedAt;
const peakMiB = peakMiBOf(process.pid);
const taken: Taken = { alerts, outputs, wallMs, cpuMs: cpuMs(), peakMiB, half };
process.stdout.write(`${JSON.stringify(taken)}\n`);
await consumer.disconnect();
await producer.disconnect();
